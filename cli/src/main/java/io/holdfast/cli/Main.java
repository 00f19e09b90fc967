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
import picocli.CommandLine.Model.OptionSpec;
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
    CommandLine commandLine = commandLine(context);
    String[] args = LeadingOptions.behindCommand(commandLine, typed);
    boolean json = Arrays.asList(typed).contains("--json");
    commandLine.setExecutionExceptionHandler(
        (failure, _, _) -> ErrorReport.print(failure, json, context.out(), context.err()));
    commandLine.setParameterExceptionHandler(
        (failure, _) -> {
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
    boolean walFetch = isWalFetch(args);
    try {
      int status = commandLine.execute(args);
      return walFetch ? WalFetchCommand.contract(status) : status;
    } catch (Error e) {
      return ErrorReport.print(e, json, context.out(), context.err());
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
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.addSubcommand(new InitCommand(context));
    commandLine.addSubcommand(new BackupCommand(context));
    commandLine.addSubcommand(
        new CommandLine(new WalCommand())
            .addSubcommand(new WalStreamCommand(context))
            .addSubcommand(new WalStatusCommand(context))
            .addSubcommand(new WalPushCommand(context))
            .addSubcommand(new WalFetchCommand(context)));
    commandLine.addSubcommand(
        new CommandLine(new FilesCommand())
            .addSubcommand(new FilesBackupCommand(context))
            .addSubcommand(new FilesRestoreCommand(context))
            .addSubcommand(new FilesListCommand(context))
            .addSubcommand(new FilesDiffCommand(context)));
    commandLine.addSubcommand(
        new CommandLine(new DumpCommand())
            .addSubcommand(new DumpBackupCommand(context))
            .addSubcommand(new DumpRestoreCommand(context))
            .addSubcommand(new DumpListCommand(context)));
    commandLine.addSubcommand(
        new CommandLine(new ScopeCommand())
            .addSubcommand(new ScopeDiscoverCommand(context))
            .addSubcommand(new ScopeCheckCommand(context))
            .addSubcommand(new ScopeExplainCommand(context)));
    commandLine.addSubcommand(
        new CommandLine(new TenantCommand())
            .addSubcommand(new TenantBackupCommand(context))
            .addSubcommand(new TenantPreviewCommand(context))
            .addSubcommand(new TenantRestoreCommand(context))
            .addSubcommand(new TenantUndoCommand(context))
            .addSubcommand(new TenantShredCommand(context))
            .addSubcommand(new TenantExportCommand(context)));
    commandLine.addSubcommand(
        new CommandLine(new ErasureCommand())
            .addSubcommand(new ErasureAddCommand(context))
            .addSubcommand(new ErasureListCommand(context))
            .addSubcommand(new ErasureApplyCommand(context))
            .addSubcommand(new ErasureRemoveCommand(context)));
    commandLine.addSubcommand(new ListCommand(context));
    commandLine.addSubcommand(new ShowCommand(context));
    commandLine.addSubcommand(new CheckCommand(context));
    commandLine.addSubcommand(new VerifyCommand(context));
    commandLine.addSubcommand(new RepairCommand(context));
    commandLine.addSubcommand(new RestoreCommand(context));
    commandLine.addSubcommand(new TestRestoreCommand(context));
    commandLine.addSubcommand(new CopyCommand(context));
    commandLine.addSubcommand(new ForgetCommand(context));
    commandLine.addSubcommand(new PruneCommand(context));
    commandLine.addSubcommand(
        new CommandLine(new KeyCommand())
            .addSubcommand(new KeyListCommand(context))
            .addSubcommand(new KeyAddCommand(context))
            .addSubcommand(new KeyRemoveCommand(context))
            .addSubcommand(new KeyAddSourceCommand(context))
            .addSubcommand(new KeyRotateCommand(context))
            .addSubcommand(new KeyShredCommand(context))
            .addSubcommand(new KeyKitCommand(context))
            .addSubcommand(new KeyCheckCommand(context)));
    commandLine.addSubcommand(new ExportCommand(context));
    commandLine.addSubcommand(new ImportCommand(context));
    commandLine.addSubcommand(new EncryptCommand(context));
    commandLine.addSubcommand(new DecryptCommand(context));
    commandLine.addSubcommand(new ServeCommand(context));
    commandLine.addSubcommand(new DoctorCommand(context));
    commandLine.addSubcommand(
        new CommandLine(new ConfigCommand(context)).addSubcommand(new ConfigCheckCommand(context)));
    commandLine.addSubcommand(new QuickstartCommand(context));
    addHelp(commandLine);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExpandAtFiles(false);
    commandLine.setOut(new java.io.PrintWriter(context.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new java.io.PrintWriter(context.err(), true, StandardCharsets.UTF_8));
    return commandLine;
  }

  private static void addHelp(CommandLine above) {
    for (CommandLine command : above.getSubcommands().values()) {
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Show this help message and exit.")
                  .build());
      addHelp(command);
    }
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
