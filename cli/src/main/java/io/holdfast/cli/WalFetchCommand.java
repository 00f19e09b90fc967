package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.wal.WalFetch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The exit status is a contract with PostgreSQL: 1 makes it believe that the file does not exist,
/// so that is said only when it is certain; every doubt is 126 or above, which makes recovery fail
/// instead of ending early.
@Command(
    name = "fetch",
    description = {
      "Bring one WAL file back: for restore_command = 'holdfast wal fetch %%f %%p'.",
      "Exit status 0: there it is; 1: certainly absent; 126: anything else, and recovery stops."
    })
final class WalFetchCommand implements Callable<Integer> {
  /// The launcher asks for another number, because a Java machine that cannot start ends with 1
  /// too.
  private static final int ABSENT = Integer.getInteger("holdfast.exit.absent", 1);

  static final int TROUBLE = 126;

  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--capability",
      paramLabel = "FILE",
      description =
          "Capability file of a restore, in place of key, source and configuration; --repo still names"
              + " another place of the repository.")
  @Nullable Path capability;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the WAL file.")
  String name = "";

  @Parameters(index = "1", paramLabel = "DEST", description = "Where to write it.")
  Path destination = Path.of("");

  WalFetchCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    global.quiet = true;
    try {
      return fetch();
    } catch (RuntimeException | Error e) {
      ErrorReport.print(e, global.json, context.out(), context.err());
      return TROUBLE;
    }
  }

  /// No status but these two may look like "absent" to PostgreSQL, also when the command line
  /// itself was wrong.
  static int contract(int status) {
    return status == 0 || status == ABSENT ? status : Math.max(status, TROUBLE);
  }

  private int fetch() {
    Path target = context.workingDirectory().resolve(destination);
    WalFetch.Outcome outcome = capability == null ? withKey(target) : with(capability, target);
    if (global.json) {
      context.json(Map.of("file", name, "outcome", outcome.name()));
    }
    return switch (outcome) {
      case FETCHED -> 0;
      case ABSENT -> ABSENT;
    };
  }

  private WalFetch.Outcome with(Path capabilityFile, Path target) {
    return context.alone(
        global,
        standalone ->
            standalone.fetchWal(
                context.workingDirectory().resolve(capabilityFile),
                Optional.ofNullable(global.repo),
                name,
                target));
  }

  private WalFetch.Outcome withKey(Path target) {
    Options options = context.options(global.flags(null, null, null));
    return context.on(
        global, options, (holdfast, watch) -> holdfast.wal(watch).fetch(name, target));
  }
}
