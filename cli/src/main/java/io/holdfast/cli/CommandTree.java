package io.holdfast.cli;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// The tree of commands. PostgreSQL starts Holdfast for every segment of WAL, and reading the
/// annotations of all commands takes three times as long as everything else of a start: only
/// commands whose names stand among the arguments are made.
final class CommandTree {
  private static final Set<String> ASKS_FOR_HELP = Set.of("-h", "--help");
  private static final Set<String> ASKS_FOR_VERSION = Set.of("-V", "--version");

  private record Node(String name, Supplier<Object> command, List<Node> below) {}

  private CommandTree() {}

  /// Every command: what the reference manual, help and the words about a mistake are made from.
  static CommandLine whole(Object root, CommandContext context) {
    return withBelow(new CommandLine(root), nodes(context), Set.of());
  }

  /// A tree that reads these arguments as the whole one does, unless they are wrong: then it may
  /// say so in other words.
  static CommandLine enoughFor(List<String> args, Object root, CommandContext context) {
    if (args.size() == 1 && ASKS_FOR_VERSION.contains(args.getFirst())) {
      return new CommandLine(root);
    }
    if (args.stream().anyMatch(ASKS_FOR_HELP::contains)) {
      return whole(root, context);
    }
    return withBelow(new CommandLine(root), nodes(context), Set.copyOf(args));
  }

  /// Below a command: those that are named, or all if none is.
  private static CommandLine withBelow(CommandLine above, List<Node> nodes, Set<String> named) {
    List<Node> wanted = nodes.stream().filter(node -> named.contains(node.name())).toList();
    for (Node node : wanted.isEmpty() ? nodes : wanted) {
      CommandLine command = new CommandLine(node.command().get());
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Show this help message and exit.")
                  .build());
      above.addSubcommand(withBelow(command, node.below(), named));
    }
    return above;
  }

  /// In the order of the help.
  private static List<Node> nodes(CommandContext context) {
    return Stream.of(ofBackups(context), ofTenants(context), ofRepositories(context))
        .flatMap(List::stream)
        .toList();
  }

  private static List<Node> ofBackups(CommandContext context) {
    return List.of(
        leaf("init", () -> new InitCommand(context)),
        leaf("backup", () -> new BackupCommand(context)),
        new Node(
            "wal",
            WalCommand::new,
            List.of(
                leaf("stream", () -> new WalStreamCommand(context)),
                leaf("status", () -> new WalStatusCommand(context)),
                leaf("push", () -> new WalPushCommand(context)),
                leaf("fetch", () -> new WalFetchCommand(context)))),
        new Node(
            "files",
            FilesCommand::new,
            List.of(
                leaf("backup", () -> new FilesBackupCommand(context)),
                leaf("restore", () -> new FilesRestoreCommand(context)),
                leaf("list", () -> new FilesListCommand(context)),
                leaf("diff", () -> new FilesDiffCommand(context)))),
        new Node(
            "dump",
            DumpCommand::new,
            List.of(
                leaf("backup", () -> new DumpBackupCommand(context)),
                leaf("restore", () -> new DumpRestoreCommand(context)),
                leaf("list", () -> new DumpListCommand(context)))));
  }

  private static List<Node> ofTenants(CommandContext context) {
    return List.of(
        new Node(
            "scope",
            ScopeCommand::new,
            List.of(
                leaf("discover", () -> new ScopeDiscoverCommand(context)),
                leaf("check", () -> new ScopeCheckCommand(context)),
                leaf("explain", () -> new ScopeExplainCommand(context)))),
        new Node(
            "tenant",
            TenantCommand::new,
            List.of(
                leaf("backup", () -> new TenantBackupCommand(context)),
                leaf("preview", () -> new TenantPreviewCommand(context)),
                leaf("restore", () -> new TenantRestoreCommand(context)),
                leaf("undo", () -> new TenantUndoCommand(context)),
                leaf("shred", () -> new TenantShredCommand(context)),
                leaf("export", () -> new TenantExportCommand(context)))),
        new Node(
            "erasure",
            ErasureCommand::new,
            List.of(
                leaf("add", () -> new ErasureAddCommand(context)),
                leaf("list", () -> new ErasureListCommand(context)),
                leaf("apply", () -> new ErasureApplyCommand(context)),
                leaf("remove", () -> new ErasureRemoveCommand(context)))));
  }

  private static List<Node> ofRepositories(CommandContext context) {
    return List.of(
        leaf("list", () -> new ListCommand(context)),
        leaf("show", () -> new ShowCommand(context)),
        leaf("check", () -> new CheckCommand(context)),
        leaf("verify", () -> new VerifyCommand(context)),
        leaf("repair", () -> new RepairCommand(context)),
        leaf("restore", () -> new RestoreCommand(context)),
        leaf("test-restore", () -> new TestRestoreCommand(context)),
        leaf("copy", () -> new CopyCommand(context)),
        leaf("forget", () -> new ForgetCommand(context)),
        leaf("prune", () -> new PruneCommand(context)),
        new Node(
            "key",
            KeyCommand::new,
            List.of(
                leaf("list", () -> new KeyListCommand(context)),
                leaf("add", () -> new KeyAddCommand(context)),
                leaf("remove", () -> new KeyRemoveCommand(context)),
                leaf("add-source", () -> new KeyAddSourceCommand(context)),
                leaf("rotate", () -> new KeyRotateCommand(context)),
                leaf("shred", () -> new KeyShredCommand(context)),
                leaf("kit", () -> new KeyKitCommand(context)),
                leaf("check", () -> new KeyCheckCommand(context)))),
        leaf("export", () -> new ExportCommand(context)),
        leaf("import", () -> new ImportCommand(context)),
        leaf("encrypt", () -> new EncryptCommand(context)),
        leaf("decrypt", () -> new DecryptCommand(context)),
        leaf("serve", () -> new ServeCommand(context)),
        new Node(
            "catalog",
            CatalogCommand::new,
            List.of(
                leaf("list", () -> new CatalogListCommand(context)),
                leaf("rebuild", () -> new CatalogRebuildCommand(context)))),
        leaf("doctor", () -> new DoctorCommand(context)),
        new Node(
            "config",
            () -> new ConfigCommand(context),
            List.of(leaf("check", () -> new ConfigCheckCommand(context)))),
        leaf("quickstart", () -> new QuickstartCommand(context)));
  }

  private static Node leaf(String name, Supplier<Object> command) {
    return new Node(name, command, List.of());
  }
}
