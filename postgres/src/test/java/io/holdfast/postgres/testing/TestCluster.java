package io.holdfast.postgres.testing;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.postgres.server.ScratchPlace;
import io.holdfast.postgres.server.ScratchServer;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A cluster in a scratch place, made by `initdb`, with superuser `postgres` and no TCP. Closing
/// stops it and removes everything.
public final class TestCluster implements AutoCloseable {
  /// Where places are made: a path short enough for sockets, which the server's user can reach.
  public static final Path PARENT = Path.of("/tmp");

  /// True if this process is root, so that servers run as somebody else.
  public static final boolean RUN_BY_ROOT = System.getProperty("user.name").equals("root");

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final ServerPrograms programs;
  private final ScratchPlace place;
  private @Nullable ScratchServer server;

  private TestCluster(ServerPrograms programs, ScratchPlace place) {
    this.programs = programs;
    this.place = place;
  }

  /// Makes a cluster that is not started.
  ///
  /// @param options of `initdb`, for example `--data-checksums`
  public static TestCluster create(int majorVersion, String... options) throws IOException {
    return createIn(PARENT, majorVersion, options);
  }

  /// As [#create], with the place in `parent`.
  public static TestCluster createIn(Path parent, int majorVersion, String... options)
      throws IOException {
    TestCluster cluster = emptyIn(parent, majorVersion);
    try {
      cluster.initialise(List.of(options));
      cluster.configure(
          "listen_addresses = ''",
          "unix_socket_directories = '" + cluster.place.socketDirectory() + "'",
          "fsync = off",
          "shared_buffers = 16MB",
          "autovacuum = off",
          "max_wal_size = 256MB");
      return cluster;
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /// Copies a template, because `initdb` takes a second; makes the template where there is none
  /// yet. All clusters of a template have the same system identifier.
  private void initialise(List<String> options) throws IOException {
    Path template =
        Path.of("target", "templates", programs.fullVersion() + String.join("", options));
    Path made = MadeOnce.at(template.toAbsolutePath(), () -> template(options));
    if (Files.exists(data().resolve("PG_VERSION"))) {
      return;
    }
    Files.delete(data());
    TestPrograms.run(List.of("cp", "-a", made.toString(), data().toString()));
  }

  /// What `initdb` makes, which this cluster has then too.
  private Path template(List<String> options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                programs.program("initdb").toString(),
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
                "--pgdata=" + data()));
    command.addAll(options);
    asServerUser(command);
    Path making =
        Path.of("target", "templates", "making-" + place.directory().getFileName())
            .toAbsolutePath();
    TestPrograms.run(List.of("cp", "-a", data().toString(), making.toString()));
    return making;
  }

  /// A place whose data directory the caller fills.
  public static TestCluster empty(int majorVersion) throws IOException {
    return emptyIn(PARENT, majorVersion);
  }

  private static TestCluster emptyIn(Path parent, int majorVersion) throws IOException {
    return new TestCluster(
        TestPrograms.of(majorVersion), ScratchPlace.create(parent, Entropy.secure()));
  }

  public ServerPrograms programs() {
    return programs;
  }

  public ScratchPlace place() {
    return place;
  }

  public Path data() {
    return place.data();
  }

  /// Appends lines to `postgresql.conf`.
  public void configure(String... lines) throws IOException {
    Files.write(data().resolve("postgresql.conf"), List.of(lines), StandardOpenOption.APPEND);
  }

  public void start() throws IOException {
    place.giveToServer();
    ScratchServer started =
        ScratchServer.start(programs, place, Pause.real(), InstantSource.system());
    server = started;
    started.awaitReady(START_LIMIT, new Cancellation());
  }

  /// The running server.
  public ScratchServer server() {
    ScratchServer running = server;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  public void stop() throws IOException {
    ScratchServer running = server;
    if (running != null) {
      running.stop();
      server = null;
    }
  }

  public Connection connect() throws SQLException {
    return server().connect("postgres", "postgres");
  }

  /// Runs one statement; returns its rows with columns separated by `|`.
  public List<String> sql(String text) throws SQLException {
    try (Connection connection = connect()) {
      return sql(connection, text);
    }
  }

  public static List<String> sql(Connection connection, String text) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      if (statement.execute(text)) {
        try (ResultSet result = statement.getResultSet()) {
          while (result.next()) {
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
              columns.add(String.valueOf(result.getString(i)));
            }
            rows.add(String.join("|", columns));
          }
        }
      }
    }
    return rows;
  }

  /// Runs a program as the user the server runs as, with an empty environment.
  public String asServerUser(List<String> command) throws IOException {
    List<String> whole = new ArrayList<>();
    whole.addAll(List.of("env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C"));
    if (RUN_BY_ROOT) {
      whole.addAll(
          List.of(
              "setpriv",
              "--reuid=" + place.user().userNumber(),
              "--regid=" + place.user().groupNumber(),
              "--clear-groups",
              "--"));
    }
    whole.addAll(command);
    return TestPrograms.run(whole);
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } finally {
      place.close();
    }
  }
}
