package io.holdfast.cli;

import io.holdfast.engine.tenant.Scopes;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "check",
    description = {
      "Hold a scope map against a live database, also in your CI after migrations.",
      "Exit status 2 if the map does not fit."
    })
final class ScopeCheckCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin ScopeOptions options = new ScopeOptions();

  @Parameters(paramLabel = "FILE", description = "The scope map.")
  Path file = Path.of("");

  @Option(
      names = "--accept-schema",
      description = "Write the schema of today into the map first; nothing else in it changes.")
  boolean acceptSchema;

  ScopeCheckCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Scopes scopes = options.scopes(context);
    Path map = context.workingDirectory().resolve(file);
    if (acceptSchema) {
      scopes.acceptSchema(map).lines().forEach(context.err()::println);
    }
    return options.print(context, scopes.check(map));
  }
}
