package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.ServerProgram;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "serve",
    description = {
      "Run the server: backups by request over HTTP, on this machine's loopback address.",
      "Its catalog is an embedded PostgreSQL, or the database of $CATALOG_URL. Runs until it is"
          + " interrupted; work that runs then is asked to end."
    })
final class ServeCommand implements Callable<Integer> {
  private static final int PORT_MAX = 65_535;

  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where it listens; 0 for any port that is free. Default: 8750.")
  @Nullable Integer port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Directory of the embedded catalog. Default: $HOLDFAST_DATA, else holdfast in"
              + " $XDG_DATA_HOME or ~/.local/share, for root /var/lib/holdfast.")
  @Nullable String data;

  ServeCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (port != null && (port < 0 || port > PORT_MAX)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT, "--port " + port + " is no port", "Give 0 to " + PORT_MAX + ".");
    }
    program()
        .serve(
            context.configuration(),
            new ServerProgram.Request(
                global.flags(null, null, null),
                port == null ? OptionalInt.empty() : OptionalInt.of(port),
                Optional.ofNullable(data).map(context.workingDirectory()::resolve)),
            context.cancellation(),
            context.out()::println);
    return 0;
  }

  /// @throws BackupException `BAD_ARGUMENT` if this program came without it
  static ServerProgram program() {
    return ServiceLoader.load(ServerProgram.class)
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    "this installation has no server",
                    "Start it by the program 'holdfast' of a whole distribution."));
  }
}
