package io.holdfast.engine.embedded;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.RunningServer;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.Properties;

/// A PostgreSQL server of our own on a directory of ours, for the catalog. It listens on a Unix
/// socket that only its own user and root can reach; whoever reaches it needs no password, because
/// the same users can read and change the data directory.
///
/// It runs while this is open. If this process dies the server stops by itself, and the next
/// [#open] finds every committed row. *Thread-safe*, but for [#close].
public final class EmbeddedCluster implements OwnServer {

  static final String URL = "jdbc:postgresql://localhost/" + NAME;

  private final EmbeddedPlace place;
  private final ServerPrograms programs;
  private final EmbeddedServer server;

  private EmbeddedCluster(EmbeddedPlace place, ServerPrograms programs, EmbeddedServer server) {
    this.place = place;
    this.programs = programs;
    this.server = server;
  }

  /// Starts the server, and makes the cluster first if the directory is new or empty.
  ///
  /// A cluster stays on the major version that it was made with while there are programs of it: the
  /// host's, those of the distribution, or those that the directory keeps. [EmbeddedUpgrade] brings
  /// it to a newer one.
  ///
  /// @throws BackupException `FILE_ERROR` if another process holds the directory,
  ///   `TARGET_NOT_EMPTY` if others have files in it, `SERVER_PROGRAM_MISSING` if there are no
  ///   programs or no user that can run the server, `RECOVERY_FAILED` with what its log says
  public static EmbeddedCluster open(EngineContext context, EmbeddedRequest request) {
    return Failures.translate(
        "start PostgreSQL in " + request.directory(),
        () -> open(context, request, InstalledServers.find(context.environment())));
  }

  /// As above, with the programs that the host has.
  static EmbeddedCluster open(
      EngineContext context, EmbeddedRequest request, InstalledServers installed)
      throws IOException {
    EmbeddedPlace place = EmbeddedPlace.claim(request.directory());
    try {
      EmbeddedUpgrade.finish(place);
      RunningServer.stopLeftover(place.data());
      ProgramChoice choice = new ProgramChoice(place, request.archive(), installed);
      ServerPrograms programs;
      if (Files.exists(place.data(), LinkOption.NOFOLLOW_LINKS)) {
        programs = choice.forData();
      } else {
        programs = choice.forNewCluster();
        // Beside its final place, so that a cluster that was not finished is none.
        EmbeddedServer.initialise(place, programs, EmbeddedUpgrade.MAKING);
        place.rename(EmbeddedUpgrade.MAKING, EmbeddedUpgrade.DATA);
      }
      return new EmbeddedCluster(
          place, programs, EmbeddedServer.start(context, place, programs, EmbeddedUpgrade.DATA));
    } catch (IOException | RuntimeException e) {
      try {
        place.close();
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  /// The address for pgjdbc, to be used with [#properties]. It names no host: the socket is in the
  /// properties.
  @Override
  public String url() {
    return URL;
  }

  /// New properties with which pgjdbc, or a pool above it, logs in as a role.
  ///
  /// @param role [#NAME], or one that was made since
  @Override
  public Properties properties(String role) {
    return server.server().properties(role);
  }

  /// The version that runs, for example `18.6`.
  public String version() {
    return programs.fullVersion();
  }

  @Override
  public boolean isRunning() {
    return server.server().isAlive();
  }

  /// Disconnects all sessions, stops the server and releases the directory.
  @Override
  public void close() {
    Failures.run(
        "stop PostgreSQL in " + place.directory(),
        () -> {
          try (place) {
            server.close();
          }
        });
  }
}
