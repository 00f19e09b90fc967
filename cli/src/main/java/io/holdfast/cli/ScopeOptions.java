package io.holdfast.cli;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.tenant.ScopeAnswer;
import io.holdfast.engine.tenant.Scopes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the commands about scopes have in common.
final class ScopeOptions {
  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(names = "--url", paramLabel = "URL", description = "Database. Default: $DATABASE_URL.")
  @Nullable String url;

  @Option(
      names = "--direct-url",
      paramLabel = "URL",
      description = "The same server without a pooler. Default: $DIRECT_URL, else --url.")
  @Nullable String directUrl;

  Scopes scopes(CommandContext context) {
    return Holdfast.of(context.options(global.flags(null, url, directUrl))).scopes();
  }

  int print(CommandContext context, ScopeAnswer answer) {
    context.answer(global, answer.document(), answer.lines());
    return answer.exitStatus();
  }
}
