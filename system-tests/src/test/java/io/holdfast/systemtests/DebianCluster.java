package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A cluster of Debian's PostgreSQL 15 in a directory of its own, run by an ordinary user, stopped
/// at the end.
final class DebianCluster implements AutoCloseable {
  static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");
  private static final boolean ROOT = System.getProperty("user.name").equals("root");

  private final Path home;
  private final Path data;
  private final int port;

  private DebianCluster(Path home, Path data, int port) {
    this.home = home;
    this.data = data;
    this.port = port;
  }

  /// Makes a cluster with page checksums and starts it.
  static DebianCluster create(Path home) throws IOException {
    DebianCluster cluster = new DebianCluster(home, home.resolve("data"), freePort());
    cluster.makeOurs(home);
    cluster.program(
        "initdb",
        "-D",
        cluster.data.toString(),
        "-k",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N");
    Files.writeString(
        cluster.data.resolve("postgresql.auto.conf"),
        "port = %d%nlisten_addresses = '127.0.0.1'%nunix_socket_directories = ''%nmax_wal_size = '256MB'%n"
            .formatted(cluster.port));
    cluster.start();
    return cluster;
  }

  /// A restored directory, to be started as it is but for its port.
  static DebianCluster restored(Path data) throws IOException {
    return new DebianCluster(data, data, freePort());
  }

  String url() {
    return "postgresql://postgres@127.0.0.1:" + port + "/postgres";
  }

  Path data() {
    return data;
  }

  /// An empty directory that the server may use.
  Path directory(String name) throws IOException {
    Path directory = Files.createDirectory(home.resolve(name));
    makeOurs(directory);
    return directory;
  }

  void start() throws IOException {
    program(
        "pg_ctl",
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
        "start");
  }

  void stop() throws IOException {
    program("pg_ctl", "-s", "-w", "-m", "fast", "-D", data.toString(), "stop");
  }

  /// The answer of a statement, without decoration.
  String sql(String statement) throws IOException {
    Command.Ended ended =
        Command.run(
            home.getParent() == null ? home : home.getParent(),
            Map.of(),
            List.of(
                PROGRAMS.resolve("psql").toString(),
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                url(),
                "-c",
                statement));
    assertThat(ended.status()).as(statement + ": " + ended.err()).isZero();
    return ended.out().strip();
  }

  /// Runs a server program as the server's user, from an empty environment.
  Command.Ended program(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(PROGRAMS.resolve(name).toString());
    command.addAll(List.of(arguments));
    Path scratch = home.getParent() == null ? home : home.getParent();
    Command.Ended ended = Command.run(scratch, Map.of(), command);
    Path log = data.resolve("server.log");
    assertThat(ended.status())
        .as(command + ": " + ended.all() + (Files.exists(log) ? Files.readString(log) : ""))
        .isZero();
    return ended;
  }

  private void makeOurs(Path directory) throws IOException {
    if (ROOT) {
      Command.run(
          directory.getParent() == null ? directory : directory.getParent(),
          Map.of(),
          List.of("chown", "postgres", directory.toString()));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      program("pg_ctl", "-s", "-w", "-m", "immediate", "-D", data.toString(), "stop");
    }
  }
}
