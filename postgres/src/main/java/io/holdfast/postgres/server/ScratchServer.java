package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/// A server that runs for one check on the data directory of a [ScratchPlace], whose files must
/// have been planned by [io.holdfast.postgres.datadir.ScratchSetup]. *Confined* to one thread;
/// connections are not. Closing stops the server.
public final class ScratchServer implements AutoCloseable {
  /// What roles and databases may have configured must not get in the way of a check.
  private static final String SESSION_OPTIONS =
      "-c session_preload_libraries= -c local_preload_libraries= -c statement_timeout=0"
          + " -c lock_timeout=60s -c idle_in_transaction_session_timeout=0"
          + " -c default_transaction_read_only=off -c jit=off";

  private final ScratchPlace place;
  private final ServerProcess process;

  private ScratchServer(ScratchPlace place, ServerProcess process) {
    this.place = place;
    this.process = process;
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
                Integer.toString(SocketLogin.PORT)));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(place.data().toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(place.log().toFile()));
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
    return new ScratchServer(place, new ServerProcess(builder.start(), place::log, pause, clock));
  }

  /// Waits until recovery has ended and the server takes connections.
  ///
  /// @param limit after which it is given up
  /// @throws BackupException `RECOVERY_FAILED` with the log's reasons if the server ended,
  ///   `TIMED_OUT` if it still recovers, `CANCELLED`
  public void awaitReady(Duration limit, Cancellation cancellation) throws IOException {
    process.awaitReady(this::takesConnections, limit, cancellation);
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
    process.stop();
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /// The last lines of the server's log that tell of errors.
  public List<String> logReasons() throws IOException {
    return ServerLog.reasons(place.log());
  }

  private Connection connect(String database, String user, String options) throws SQLException {
    Properties properties = SocketLogin.properties(place.socketDirectory(), user, "holdfast-check");
    properties.setProperty("options", options);
    return SocketLogin.connect(properties, database);
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
}
