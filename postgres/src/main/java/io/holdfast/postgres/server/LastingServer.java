package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/// A small server for data of our own that last: durable, reached through its socket only, started
/// and stopped by this process. *Confined* to one thread; connections are not.
///
/// Must be closed: a thread reads its log. If this process dies instead, however it dies, the
/// server stops by itself. Its settings come with its command line, so nothing in its data
/// directory has to be written by us.
public final class LastingServer implements AutoCloseable {
  private static final Duration INITDB_LIMIT = Duration.ofMinutes(2);
  private static final long LOG_BYTES_MAX = 2L << 20;

  /// Runs the server, and beside it a watcher that reads from a pipe whose other end is ours alone:
  /// it ends when we do, and then the watcher tells the server to stop. It is no child of the
  /// server, which would take its death for that of a session, and looks twice whom it kills.
  private static final String WATCHED =
      """
      data=$1
      shift
      exec 3<&0 </dev/null
      (
        (
          trap '' HUP INT TERM
          while read -r line <&3; do :; done
          first=
          read -r first <"$data/postmaster.pid"
          if [ "$first" = $$ ] || [ "/proc/$$/cwd" -ef "$data" ]; then kill -s INT $$; fi
        ) >/dev/null 2>&1 &
      )
      exec "$@" 3<&-
      """;

  /// Durable, small, and silent about what is in statements. Sessions wait for nothing for ever.
  private static final List<String> SETTINGS =
      List.of(
          "listen_addresses=",
          "unix_socket_permissions=0700",
          "port=" + SocketLogin.PORT,
          "fsync=on",
          "full_page_writes=on",
          "synchronous_commit=on",
          "shared_buffers=32MB",
          "max_connections=40",
          "max_wal_size=128MB",
          "min_wal_size=32MB",
          "jit=off",
          "timezone=UTC",
          "log_timezone=UTC",
          "log_destination=stderr",
          "logging_collector=off",
          "log_line_prefix=%m [%p] ",
          "log_min_messages=warning",
          "log_error_verbosity=terse",
          "log_statement=none",
          "log_min_error_statement=panic",
          "log_min_duration_statement=-1",
          "log_parameter_max_length=0",
          "log_parameter_max_length_on_error=0",
          "log_checkpoints=off",
          "cluster_name=holdfast");

  private final Place place;
  private final String superuser;
  private final Process started;
  private final ServerProcess process;
  private final Workers logging;

  private LastingServer(
      Place place,
      String superuser,
      Process started,
      Workers logging,
      Pause pause,
      InstantSource clock) {
    this.place = place;
    this.superuser = superuser;
    this.started = started;
    this.logging = logging;
    this.process = new ServerProcess(started, this::log, pause, clock);
  }

  /// Where the files of a server are.
  ///
  /// @param data the data directory, which belongs to the user that the server runs as
  /// @param sockets a directory of that user in which a socket's path is short enough
  /// @param log what the server prints is added there; it is kept short
  /// @param mine the user of this process
  public record Place(Path data, Path sockets, Path log, ServerUser mine) {}

  /// Makes a cluster with page checksums in the empty data directory, and syncs it.
  ///
  /// Its locale is C: text is sorted by code points, which no update of the operating system ever
  /// changes below an index. Sessions of the socket's owner log in without a password: who can
  /// reach the socket can read and change the data directory too.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING` with what `initdb` said, `NO_SPACE`
  public static void initialise(ServerPrograms programs, Place place, String superuser)
      throws IOException {
    List<String> initdb =
        List.of(
            programs.program("initdb").toString(),
            "--pgdata=" + place.data(),
            "--username=" + superuser,
            "--auth=trust",
            "--data-checksums",
            "--encoding=UTF8",
            "--locale=C");
    ShortCommand.Outcome outcome =
        ShortCommand.run(owner(place).asThisUser(place.mine(), initdb), place.data(), INITDB_LIMIT);
    if (outcome.status() != 0) {
      String said = outcome.output().strip();
      boolean full = said.contains("No space left") || said.contains("quota exceeded");
      throw new BackupException(
          full ? ErrorCode.NO_SPACE : ErrorCode.SERVER_PROGRAM_MISSING,
          "initdb ended with status " + outcome.status() + ": " + said,
          full
              ? "Free some space in " + place.data().getParent() + " and try again."
              : "Check that the programs in " + programs.directory() + " run on this host.");
    }
  }

  /// Starts the server; [#awaitReady] waits until it takes connections.
  ///
  /// @param superuser as the cluster was initialised with
  public static LastingServer start(
      ServerPrograms programs, Place place, String superuser, Pause pause, InstantSource clock)
      throws IOException {
    List<String> command = new ArrayList<>();
    // Ctrl-C in a terminal is for us; we stop the server when nobody needs it any more.
    ServerUser.systemProgram("setsid").ifPresent(setsid -> command.add(setsid.toString()));
    List<String> watched = new ArrayList<>(List.of("/bin/sh", "-c", WATCHED, "sh"));
    watched.add(place.data().toString());
    watched.addAll(List.of(programs.program("postgres").toString(), "-D", place.data().toString()));
    for (String setting : SETTINGS) {
      watched.addAll(List.of("-c", setting));
    }
    watched.addAll(List.of("-c", "unix_socket_directories=" + quoted(place.sockets())));
    command.addAll(owner(place).asThisUser(place.mine(), watched));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(place.data().toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    Process process = builder.start();
    Workers logging = Workers.platform("postgresql-log");
    logging.start(() -> new BoundedLog(place.log(), LOG_BYTES_MAX).drain(process.getInputStream()));
    return new LastingServer(place, superuser, process, logging, pause, clock);
  }

  /// Waits until recovery has ended and the server takes connections.
  ///
  /// @throws BackupException `RECOVERY_FAILED` with the log's reasons if the server ended,
  ///   `TIMED_OUT` if it still recovers, `CANCELLED`
  public void awaitReady(Duration limit, Cancellation cancellation) throws IOException {
    process.awaitReady(this::takesConnections, limit, cancellation);
  }

  /// Makes a database unless there is one of that name.
  public void ensureDatabase(String name) throws IOException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      try (ResultSet found =
          statement.executeQuery(
              "SELECT 1 FROM pg_catalog.pg_database WHERE datname = '" + name + "'")) {
        if (found.next()) {
          return;
        }
      }
      statement.execute("CREATE DATABASE \"" + name + "\" TEMPLATE template0");
    } catch (SQLException e) {
      throw new IOException("the database " + name + " cannot be made: " + e.getMessage(), e);
    }
  }

  /// Properties with which pgjdbc logs in as a role, at any host name: the socket is named here.
  public Properties properties(String role) {
    return SocketLogin.properties(place.sockets(), role, "holdfast");
  }

  /// False once it has ended, for whatever reason.
  public boolean isAlive() {
    return process.isAlive();
  }

  /// Stops the server: disconnects sessions and writes a checkpoint.
  @Override
  public void close() throws IOException {
    try (logging) {
      process.stop();
      logging.join();
    }
  }

  /// Of a server that has ended, nothing is on its way any more.
  private Path log() throws IOException {
    if (!started.isAlive()) {
      logging.join();
    }
    return place.log();
  }

  private boolean takesConnections() {
    try (Connection _ = connect("postgres")) {
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  Connection connect(String database) throws SQLException {
    return SocketLogin.connect(properties(superuser), database);
  }

  private static ServerUser owner(Place place) throws IOException {
    ServerUser owner = ServerUser.ownerOf(place.data());
    if (owner.isRoot()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          "the data directory " + place.data() + " belongs to root, as which no server runs",
          "Give it to the user postgres.");
    }
    return owner;
  }

  /// One element of a list in which a comma would begin the next.
  private static String quoted(Path path) {
    return "\"" + path.toString().replace("\"", "\"\"") + "\"";
  }
}
