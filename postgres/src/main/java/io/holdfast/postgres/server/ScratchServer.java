package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.postgres.sql.UnixSocketFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.postgresql.Driver;

/// A server that runs for one check on the data directory of a [ScratchPlace], whose files must
/// have been planned by [io.holdfast.postgres.datadir.ScratchSetup]. *Confined* to one thread;
/// connections are not. Closing stops the server.
public final class ScratchServer implements AutoCloseable {
  private static final int PORT = 5432;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(15);

  /// What roles and databases may have configured must not get in the way of a check.
  private static final String SESSION_OPTIONS =
      "-c session_preload_libraries= -c local_preload_libraries= -c statement_timeout=0"
          + " -c lock_timeout=60s -c idle_in_transaction_session_timeout=0"
          + " -c default_transaction_read_only=off -c jit=off";

  private final ScratchPlace place;
  private final Process process;
  private final Pause pause;
  private final InstantSource clock;

  private ScratchServer(ScratchPlace place, Process process, Pause pause, InstantSource clock) {
    this.place = place;
    this.process = process;
    this.pause = pause;
    this.clock = clock;
  }

  /// Starts the server; [#awaitReady] waits until it takes connections.
  public static ScratchServer start(
      ServerPrograms programs, ScratchPlace place, Pause pause, InstantSource clock)
      throws IOException {
    ServerUser owner = ServerUser.ownerOf(place.data());
    if (owner.isRoot()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          "the data directory belongs to root, as which no server runs",
          "Give it to the user postgres.");
    }
    List<String> command =
        owner.asThisUser(
            place.mine(),
            List.of(
                programs.program("postgres").toString(),
                "-D",
                place.data().toString(),
                "-p",
                Integer.toString(PORT)));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(place.data().toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(place.log().toFile()));
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    return new ScratchServer(place, builder.start(), pause, clock);
  }

  /// Waits until recovery has ended and the server takes connections.
  ///
  /// @param limit after which it is given up
  /// @throws BackupException `RECOVERY_FAILED` with the log's reasons if the server ended,
  ///   `TIMED_OUT` if it still recovers, `CANCELLED`
  public void awaitReady(Duration limit, Cancellation cancellation) throws IOException {
    Instant end = clock.instant().plus(limit);
    while (!takesConnections()) {
      cancellation.throwIfRequested();
      if (!process.isAlive()) {
        throw failed("the server ended with status " + process.exitValue());
      }
      if (clock.instant().isAfter(end)) {
        throw new BackupException(
            ErrorCode.TIMED_OUT,
            "the server still recovers after " + limit.toSeconds() + " s",
            "Allow more time. The last lines of its log: " + lastLines());
      }
      sleep();
    }
  }

  /// Connects over the socket.
  public Connection connect(String database, String user) throws SQLException {
    return connect(database, user, SESSION_OPTIONS);
  }

  /// Connects so that neither triggers nor event triggers of the user run. Locks are not waited
  /// for: only prepared transactions can hold any, and nobody will end those.
  Connection connectWithoutTriggers(String database, String user) throws SQLException {
    return connect(
        database,
        user,
        SESSION_OPTIONS + " -c session_replication_role=replica -c lock_timeout=1s");
  }

  /// The first of these roles that is a superuser here.
  ///
  /// @throws BackupException `PRIVILEGE_MISSING` if none is
  public String superuser(List<String> candidates) throws SQLException {
    for (String candidate : candidates) {
      if (isSuperuser(candidate)) {
        return candidate;
      }
    }
    throw new BackupException(
        ErrorCode.PRIVILEGE_MISSING,
        "none of the roles " + String.join(", ", candidates) + " is a superuser of this cluster",
        "Name the role that initdb made.");
  }

  /// Stops the server as cleanly as it can be: disconnects sessions and writes a checkpoint; after
  /// a minute without that; after that by force.
  public void stop() throws IOException {
    if (endsAfter("INT", STOP_LIMIT) || endsAfter("QUIT", KILL_LIMIT)) {
      return;
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    waitFor(KILL_LIMIT);
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /// The last lines of the server's log that tell of errors.
  public List<String> logReasons() throws IOException {
    return ServerLog.reasons(place.log());
  }

  private boolean endsAfter(String signal, Duration limit) throws IOException {
    if (process.isAlive()) {
      Signals.send(process.pid(), signal);
    }
    return waitFor(limit);
  }

  private boolean waitFor(Duration limit) throws IOException {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the scratch server stopped");
    }
  }

  private Connection connect(String database, String user, String options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("PGDBNAME", database);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("ApplicationName", "holdfast-check");
    properties.setProperty("options", options);
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty(
        "socketFactoryArg", place.socketDirectory().resolve(".s.PGSQL." + PORT).toString());
    Connection connection = new Driver().connect("jdbc:postgresql://localhost/", properties);
    if (connection == null) {
      throw new SQLException("the driver refuses its own address");
    }
    return connection;
  }

  /// A role that does not exist is refused after recovery has ended: the server is ready then, too.
  private boolean takesConnections() {
    try (Connection _ = connect("template1", "postgres")) {
      return true;
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      return state.startsWith("28") || state.startsWith("3D") || state.equals("42501");
    }
  }

  private boolean isSuperuser(String role) throws SQLException {
    try (Connection connection = connect("template1", role);
        var statement = connection.createStatement();
        var result =
            statement.executeQuery(
                "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")) {
      return result.next() && result.getBoolean(1);
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.startsWith("28") || state.equals("42501")) {
        return false;
      }
      throw e;
    }
  }

  private BackupException failed(String what) throws IOException {
    List<String> reasons = logReasons();
    return new BackupException(
        ErrorCode.RECOVERY_FAILED,
        what + (reasons.isEmpty() ? "" : ": " + reasons.getFirst()),
        reasons.isEmpty() ? "Its log is empty." : "Its log says: " + String.join(" | ", reasons));
  }

  private String lastLines() throws IOException {
    List<String> lines = ServerLog.tail(place.log());
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  private void sleep() throws IOException {
    try {
      pause.await(BETWEEN_TRIES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the scratch server recovered");
    }
  }
}
