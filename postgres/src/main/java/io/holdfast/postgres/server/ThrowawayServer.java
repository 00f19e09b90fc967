package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// A new, empty cluster with a running server, for demonstrations: made in a scratch place, reached
/// through its socket only, gone with the place. *Confined* to one thread; connections are not.
public final class ThrowawayServer implements AutoCloseable {
  private static final Duration INITDB_LIMIT = Duration.ofMinutes(2);
  private static final Duration START_LIMIT = Duration.ofMinutes(1);
  private static final String SUPERUSER = "postgres";

  private final ScratchPlace place;
  private final ScratchServer server;

  private ThrowawayServer(ScratchPlace place, ScratchServer server) {
    this.place = place;
    this.server = server;
  }

  /// Makes the cluster and starts its server.
  public static ThrowawayServer start(
      ServerPrograms programs,
      ScratchPlace place,
      Pause pause,
      InstantSource clock,
      Cancellation cancellation)
      throws IOException {
    List<String> initdb = new ArrayList<>();
    initdb.add(programs.program("initdb").toString());
    initdb.addAll(
        List.of("-D", place.data().toString(), "-U", SUPERUSER, "-A", "trust", "-k", "-E", "UTF8"));
    initdb.addAll(List.of("--locale=C", "-N"));
    ShortCommand.Outcome outcome =
        ShortCommand.run(
            ServerUser.ownerOf(place.data()).asThisUser(place.mine(), initdb), INITDB_LIMIT);
    if (outcome.status() != 0) {
      throw new BackupException(
          ErrorCode.SERVER_PROGRAM_MISSING,
          "initdb ended with status " + outcome.status() + ": " + outcome.output().strip(),
          "Check that the programs in " + programs.directory() + " run on this host.");
    }
    Files.writeString(
        place.data().resolve("postgresql.auto.conf"),
        """
        listen_addresses = ''
        unix_socket_directories = '%s'
        wal_level = 'replica'
        shared_buffers = '64MB'
        max_wal_size = '256MB'
        cluster_name = 'holdfast-demo'
        """
            .formatted(place.socketDirectory()));
    ScratchServer server = ScratchServer.start(programs, place, pause, clock);
    try {
      server.awaitReady(START_LIMIT, cancellation);
      return new ThrowawayServer(place, server);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /// A URL under which the server can be reached while it runs.
  public String url() {
    Path sockets = place.socketDirectory();
    return "postgresql://"
        + SUPERUSER
        + "@/postgres?host="
        + sockets.toString().replace("/", "%2F");
  }

  /// One more connection.
  public Connection connect() throws SQLException {
    return server.connect("postgres", SUPERUSER);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
