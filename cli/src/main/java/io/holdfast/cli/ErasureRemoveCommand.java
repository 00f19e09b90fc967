package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.tenant.ScopeAnswer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "remove",
    description = {
      "Withdraw an erasure: restores bring the rows back from now on.",
      "It stays in the list, with who withdrew it and why."
    })
final class ErasureRemoveCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin ErasureReasonOptions reason = new ErasureReasonOptions();

  @Parameters(
      paramLabel = "ERASURE",
      description = "Its id, or the beginning of it; 'holdfast erasure list' shows all.")
  String erasure = "";

  ErasureRemoveCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    ScopeAnswer answer =
        context.on(
            global,
            options,
            (holdfast, watch) ->
                holdfast.erasures(watch).withdraw(erasure, reason.by, reason.reason));
    return ErasureListCommand.print(context, global, answer);
  }
}
