package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.tenant.ScopeAnswer;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "list", description = "Show what was erased, and what of it was withdrawn.")
final class ErasureListCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  ErasureListCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    ScopeAnswer answer =
        context.on(
            global,
            options,
            (holdfast, watch) -> holdfast.erasures(watch).list(Optional.ofNullable(global.source)));
    return print(context, global, answer);
  }

  static int print(CommandContext context, GlobalOptions global, ScopeAnswer answer) {
    context.answer(global, answer.document(), answer.lines());
    return answer.exitStatus();
  }
}
