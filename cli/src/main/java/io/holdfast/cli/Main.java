package io.holdfast.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The command `holdfast`.
///
/// Exit codes of the parser: 0 when help or the version was asked for, 2 for a wrong option or a
/// missing command, 1 for our own bug.
@Command(
    name = "holdfast",
    description = "Backup and disaster recovery for PostgreSQL and files.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /// Runs one command to its end and answers the exit code; nothing ends the process. The build
  /// trains the AOT cache through it, several commands in one process.
  public static int run(String... args) {
    return new CommandLine(new Main()).execute(args);
  }

  /// Runs when no command was named, which is wrong use.
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }

  /// The version that the build wrote into the jar's manifest.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
              .orElse("(unpackaged)");
      return new String[] {"holdfast " + version};
    }
  }
}
