package io.holdfast.cli;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tenant.ErasureRegister;
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
    Settings settings = context.settings(global.flags(null, null, null));
    ScopeAnswer answer;
    try (var progress = context.progress(global)) {
      EngineContext engine = context.engine(progress);
      try (var repository = new RepositoryAccess(engine).open(settings)) {
        answer = new ErasureRegister(engine, repository).list(Optional.ofNullable(global.source));
      }
    }
    return print(context, global, answer);
  }

  static int print(CommandContext context, GlobalOptions global, ScopeAnswer answer) {
    if (global.json) {
      context.json(answer.document());
    } else {
      answer.lines().forEach(context.out()::println);
    }
    return answer.exitStatus();
  }
}
