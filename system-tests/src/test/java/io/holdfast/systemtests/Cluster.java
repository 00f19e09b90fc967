package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.FreePort;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A cluster in a directory of its own, run by an ordinary user from an empty environment, stopped
/// at the end. 15 is Debian's, the other versions are the embedded ones.
final class Cluster implements AutoCloseable {
  private static final boolean ROOT = System.getProperty("user.name").equals("root");

  private final int major;
  private final Path home;
  private final Path data;
  private final int port;

  private Cluster(int major, Path home, Path data, int port) {
    this.major = major;
    this.home = home;
    this.data = data;
    this.port = port;
  }

  /// Makes a cluster with page checksums and starts it.
  ///
  /// @param options of `initdb`, beside those that every cluster has
  static Cluster create(int major, Path home, Map<String, String> settings, String... options)
      throws IOException {
    Cluster cluster = new Cluster(major, home, home.resolve("data"), FreePort.any());
    Files.createDirectories(home);
    giveToServer(home);
    List<String> all = new ArrayList<>(List.of("-D", cluster.data.toString(), "-k", "-N"));
    all.addAll(List.of("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"));
    all.addAll(List.of(options));
    cluster.program("initdb", all.toArray(String[]::new));
    cluster.configure(
        Map.of(
            "port", Integer.toString(cluster.port),
            "listen_addresses", "127.0.0.1",
            "unix_socket_directories", "",
            "max_wal_size", "256MB"));
    cluster.configure(settings);
    cluster.start();
    return cluster;
  }

  static Cluster create(Path home) throws IOException {
    return create(TestPrograms.WITH_TOOLS, home, Map.of());
  }

  /// A restored directory, to be started as it is but for its port.
  static Cluster restored(int major, Path data) throws IOException {
    return new Cluster(major, data, data, FreePort.any());
  }

  /// Adds lines to `postgresql.conf`; takes effect when the server starts.
  void configure(Map<String, String> settings) throws IOException {
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      Files.writeString(
          data.resolve("postgresql.conf"),
          "%s = '%s'%n".formatted(setting.getKey(), setting.getValue()),
          StandardOpenOption.APPEND);
    }
  }

  int major() {
    return major;
  }

  int port() {
    return port;
  }

  /// Where the programs of its version lie.
  Path programs() throws IOException {
    return TestPrograms.of(major).directory();
  }

  String url() {
    return url("postgres");
  }

  String url(String database) {
    return "postgresql://postgres@127.0.0.1:" + port + "/" + database;
  }

  Path data() {
    return data;
  }

  /// An empty directory that the server may use.
  Path directory(String name) throws IOException {
    Path directory = Files.createDirectory(home.resolve(name));
    giveToServer(directory);
    return directory;
  }

  void start() throws IOException {
    program("pg_ctl", startArguments());
  }

  /// Starts it and expects that it does not come up.
  Command.Ended startInVain() throws IOException {
    Command.Ended ended = command("pg_ctl", startArguments());
    assertThat(ended.status()).as(ended.all()).isNotZero();
    return ended;
  }

  /// Starts it, whether it comes up or not.
  Command.Ended tryStart() throws IOException {
    return command("pg_ctl", startArguments());
  }

  /// Whether a server has the directory, or died without giving it back.
  boolean isRunning() {
    return Files.exists(data.resolve("postmaster.pid"));
  }

  private String[] startArguments() {
    return new String[] {
      "-s",
      "-w",
      "-t",
      "120",
      "-D",
      data.toString(),
      "-l",
      data.resolve("server.log").toString(),
      "-o",
      "-p " + port,
      "start"
    };
  }

  void stop() throws IOException {
    program("pg_ctl", "-s", "-w", "-m", "fast", "-D", data.toString(), "stop");
  }

  void kill() throws IOException {
    program("pg_ctl", "-s", "-w", "-m", "immediate", "-D", data.toString(), "stop");
  }

  String log() throws IOException {
    Path log = data.resolve("server.log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  Connection connect() throws SQLException {
    return connect("postgres");
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres");
  }

  /// Runs statements; the first column of the first row of the first of them, empty if there is
  /// none.
  String sql(String statements) throws SQLException {
    return sqlIn("postgres", statements);
  }

  /// The same in another database.
  String sqlIn(String database, String statements) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      if (!statement.execute(statements)) {
        return "";
      }
      try (ResultSet result = statement.getResultSet()) {
        return result.next() ? String.valueOf(result.getString(1)) : "";
      }
    }
  }

  /// Statements without an answer, each in a transaction of its own.
  void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  void switchWal() throws IOException {
    try {
      sql("SELECT pg_switch_wal()");
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  /// Waits until recovery has ended.
  void awaitPromotion() throws Exception {
    Await.until("end of recovery", () -> sql("SELECT pg_is_in_recovery()").equals("f"), this::log);
  }

  /// Runs a server program as the server's user, from an empty environment; expects success.
  Command.Ended program(String name, String... arguments) throws IOException {
    Command.Ended ended = command(name, arguments);
    assertThat(ended.status()).as(name + ": " + ended.all() + log()).isZero();
    return ended;
  }

  private Command.Ended command(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(programs().resolve(name).toString());
    command.addAll(List.of(arguments));
    return Command.run(Path.of("/tmp"), Map.of(), asServer(command));
  }

  /// A command as the user that runs servers, in an empty environment.
  static List<String> asServer(List<String> command) {
    List<String> whole = new ArrayList<>();
    if (ROOT) {
      whole.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    whole.addAll(List.of("/usr/bin/env", "-i"));
    whole.addAll(command);
    return whole;
  }

  static void giveToServer(Path path) throws IOException {
    if (ROOT) {
      Command.run(Path.of("/tmp"), Map.of(), List.of("chown", "-R", "postgres", path.toString()));
    }
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      kill();
    }
  }
}
