package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.engine.config.Environment;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The command `holdfast`: makes the outside world (streams, clock, environment) once and hands it
/// to the commands.
@Command(
    name = "holdfast",
    description = "Backup and recovery for PostgreSQL that proves itself.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Start with 'holdfast quickstart', or with 'holdfast init' and 'holdfast backup'.",
      "--repo, --source, --config, --json, --quiet and the limits go with every command, before or"
          + " after it.",
      "",
      "Exit status: 0 done, 1 our bug, 2 wrong use, 3 unavailable, 4 corruption,",
      "5 outcome unknown, 6 partial, 130 interrupted. 'wal fetch' has its own:",
      "1 certainly absent, 126 and above anything else."
    })
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    Cancellation cancellation = new Cancellation();
    Signals.requestCancellation(cancellation, Thread.currentThread());
    Signals.exit(run(args, processContext(cancellation)));
  }

  /// Runs one command to its end and answers the exit status; nothing ends the process. The build
  /// trains the AOT cache through it, several commands in one process.
  public static int run(String... args) {
    return run(args, processContext(new Cancellation()));
  }

  private static CommandContext processContext(Cancellation cancellation) {
    boolean interactive =
        Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
    return new CommandContext(
        new FileInputStream(FileDescriptor.in),
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        new Environment(System.getenv()),
        Path.of("").toAbsolutePath(),
        InstantSource.system(),
        Entropy.secure(),
        cancellation,
        interactive ? CommandContext.Terminal.INTERACTIVE : CommandContext.Terminal.NONE);
  }

  /// Runs one command line and returns its exit status.
  static int run(String[] typed, CommandContext context) {
    CommandLine commandLine =
        withSettings(CommandTree.enoughFor(List.of(typed), new Main(), context), context);
    String[] args = LeadingOptions.behindCommand(commandLine, typed);
    boolean json = Arrays.asList(typed).contains("--json");
    commandLine.setExecutionExceptionHandler(
        (failure, _, _) -> ErrorReport.print(failure, json, context.out(), context.err()));
    commandLine.setParameterExceptionHandler(
        (found, _) -> {
          CommandLine.ParameterException failure = inWholeTree(found, typed, context);
          String command = failure.getCommandLine().getCommandSpec().qualifiedName();
          return ErrorReport.print(
              new BackupException(
                  io.holdfast.base.ErrorCode.BAD_ARGUMENT,
                  firstLine(String.valueOf(failure.getMessage())),
                  "'" + command + " --help' explains the options.",
                  null),
              json,
              context.out(),
              context.err());
        });
    boolean walFetch = isWalFetch(args.length < typed.length ? typed : args);
    try {
      int status = commandLine.execute(args);
      return walFetch ? WalFetchCommand.contract(status) : status;
    } catch (Error e) {
      return ErrorReport.print(e, json, context.out(), context.err());
    }
  }

  /// The same mistake as the whole tree of commands tells it, which knows what else may have been
  /// meant. It only reads the arguments: nothing runs twice.
  private static CommandLine.ParameterException inWholeTree(
      CommandLine.ParameterException found, String[] typed, CommandContext context) {
    CommandLine whole = commandLine(context);
    try {
      whole.parseArgs(LeadingOptions.behindCommand(whole, typed));
      return found;
    } catch (CommandLine.ParameterException told) {
      return told;
    }
  }

  /// Whether a server may be asking, whatever else is wrong with the words. The launcher decides by
  /// the same rule.
  private static boolean isWalFetch(String[] args) {
    List<String> words = Arrays.asList(args);
    int wal = words.indexOf("wal");
    return wal >= 0 && words.subList(wal, words.size()).contains("fetch");
  }

  /// The whole command tree; also what the reference manual is generated from.
  static CommandLine commandLine(CommandContext context) {
    return withSettings(CommandTree.whole(new Main(), context), context);
  }

  private static CommandLine withSettings(CommandLine commandLine, CommandContext context) {
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExpandAtFiles(false);
    commandLine.setOut(new java.io.PrintWriter(context.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new java.io.PrintWriter(context.err(), true, StandardCharsets.UTF_8));
    return commandLine;
  }

  /// Runs when no command was named, which is wrong use.
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
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
