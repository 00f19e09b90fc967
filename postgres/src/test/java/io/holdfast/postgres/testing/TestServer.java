package io.holdfast.postgres.testing;

import io.holdfast.base.Secret;
import io.holdfast.base.testing.FreePort;
import io.holdfast.postgres.server.ServerPrograms;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A PostgreSQL server of its own: data under `target`, a Unix socket in a short directory under
/// `/tmp`, TCP on the loopback address.
public final class TestServer implements AutoCloseable {
  private static final boolean ROOT = System.getProperty("user.name").equals("root");

  private final ServerPrograms programs;
  private final Path root;
  private final Path sockets;
  private final int port;

  private TestServer(ServerPrograms programs, Path root, Path sockets, int port) {
    this.programs = programs;
    this.root = root;
    this.sockets = sockets;
    this.port = port;
  }

  /// Makes a cluster and starts it.
  ///
  /// @param settings beyond those of every test: no fsync, few buffers
  public static TestServer start(int majorVersion, Map<String, String> settings)
      throws IOException {
    ServerPrograms programs = TestPrograms.of(majorVersion);
    Path template = template(programs);
    Path root =
        Files.createTempDirectory(
            Files.createDirectories(Path.of("target", "servers").toAbsolutePath()), "pg");
    TestServer server =
        new TestServer(programs, root, Files.createTempDirectory("hf"), FreePort.any());
    TestPrograms.run(List.of("cp", "-a", template.toString(), server.data().toString()));
    server.configure(settings);
    giveToServer(root);
    giveToServer(server.sockets);
    server.start();
    return server;
  }

  /// What `initdb` makes, kept because that takes a second.
  private static Path template(ServerPrograms programs) throws IOException {
    Path template = Path.of("target", "server-templates", programs.fullVersion()).toAbsolutePath();
    return MadeOnce.at(
        template,
        () -> {
          Path making = Files.createTempDirectory(template.getParent(), "making");
          giveToServer(making);
          Path data = making.resolve("data");
          var _ =
              runAsServer(
                  List.of(
                      programs.program("initdb").toString(),
                      "--pgdata=" + data,
                      "--username=postgres",
                      "--auth=trust",
                      "--encoding=UTF8",
                      "--locale=C",
                      "--no-sync",
                      "--data-checksums"));
          return data;
        });
  }

  private static String runAsServer(List<String> command) throws IOException {
    List<String> whole = new ArrayList<>();
    if (ROOT) {
      whole.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    whole.addAll(command);
    return TestPrograms.run(whole);
  }

  /// Gives a file or directory tree to the server's user.
  public static void giveToServer(Path path) throws IOException {
    if (ROOT) {
      TestPrograms.run(List.of("chown", "-R", "postgres:postgres", path.toString()));
    }
  }

  private void configure(Map<String, String> settings) throws IOException {
    Map<String, String> all = new TreeMap<>();
    all.put("fsync", "off");
    all.put("shared_buffers", "16MB");
    all.put("max_connections", "20");
    all.put("listen_addresses", "127.0.0.1");
    all.put("port", Integer.toString(port));
    all.put("unix_socket_directories", sockets.toString());
    all.put("wal_level", "replica");
    all.putAll(settings);
    all.forEach(
        (name, value) -> {
          try {
            append("postgresql.conf", name + " = '" + value + "'");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /// Adds a line to a file of the data directory.
  public void append(String file, String line) throws IOException {
    Files.writeString(
        data().resolve(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /// Replaces a file of the data directory.
  public void write(String file, String content) throws IOException {
    Files.writeString(data().resolve(file), content);
    giveToServer(data().resolve(file));
  }

  public Path data() {
    return root.resolve("data");
  }

  /// A new directory that the server may write, outside of the data directory.
  public Path directory(String name) throws IOException {
    Path directory = Files.createDirectory(root.resolve(name));
    giveToServer(directory);
    return directory;
  }

  public ServerPrograms programs() {
    return programs;
  }

  public int port() {
    return port;
  }

  public Path sockets() {
    return sockets;
  }

  /// Over the Unix socket, as the superuser.
  public ConnectionUrl url() {
    return url("postgresql:///postgres?user=postgres&host=" + sockets + "&port=" + port);
  }

  /// Over TCP.
  public ConnectionUrl tcpUrl(String login, String query) {
    return url("postgresql://" + login + "@127.0.0.1:" + port + "/postgres?" + query);
  }

  private static ConnectionUrl url(String text) {
    return ConnectionUrl.parse(new Secret(text));
  }

  /// Runs statements as the superuser.
  public void sql(String... statements) {
    try (SqlConnection sql = SqlConnection.open(url(), "test")) {
      for (String statement : statements) {
        sql.query(statement);
      }
    }
  }

  public String value(String query) {
    try (SqlConnection sql = SqlConnection.open(url(), "test")) {
      return sql.value(query).orElseThrow();
    }
  }

  public void start() throws IOException {
    pgCtl("start", "-l", root.resolve("server.log").toString());
  }

  /// @param mode `fast` or `immediate`
  public void stop(String mode) throws IOException {
    pgCtl("stop", "-m", mode);
  }

  public void reload() throws IOException {
    pgCtl("reload");
  }

  private void pgCtl(String action, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            programs.program("pg_ctl").toString(),
            action,
            "-D",
            data().toString(),
            "-s",
            "-t",
            "60"));
    command.addAll(List.of(options));
    if (!action.equals("reload")) {
      command.add("-w");
    }
    runAsServer(command);
  }

  public String log() throws IOException {
    return Files.readString(root.resolve("server.log"));
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(data().resolve("postmaster.pid"))) {
      stop("immediate");
    }
    delete(root);
    delete(sockets);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory, new FileVisitOption[0])) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
