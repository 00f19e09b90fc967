package io.holdfast.cli;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.config.Flags;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check",
    description = {
      "Read the whole configuration and say every problem with its line; if there is none, what is"
          + " planned, and when it runs next.",
      "Connects to nothing. Exit status 2 if there is a problem."
    })
final class ConfigCheckCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  ConfigCheckCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Configuration configuration = context.configuration();
    Flags flags = global.flags(null, null, null);
    List<String> problems = configuration.problems(flags);
    if (problems.isEmpty()) {
      Deployment deployment = configuration.deployment(flags);
      DeploymentView view = new DeploymentView(deployment, context.clock().instant());
      context.answer(global, view.document(), view.lines());
      return 0;
    }
    List<String> safe = problems.stream().map(ConfigCheckCommand::safe).toList();
    context.answer(
        global,
        Map.of("problems", safe),
        safe.stream().map(problem -> "problem: " + problem).toList());
    return ErrorCode.BAD_CONFIGURATION.kind().exitStatus();
  }

  /// A problem quotes what somebody wrote, perhaps a URL at the wrong place.
  private static String safe(String problem) {
    return Quoted.printable(Passwords.hidden(problem));
  }
}
