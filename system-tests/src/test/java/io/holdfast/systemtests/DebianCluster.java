package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A cluster as Debian's `pg_createcluster` makes it: data in `/var/lib`, configuration in `/etc`.
/// Closing drops it, with everything of it.
final class DebianCluster implements AutoCloseable {
  private static final String VERSION = "15";
  private static final Path CREATE = Path.of("/usr/bin/pg_createcluster");
  private static final Path HOME = Path.of("/tmp");

  private final String name;
  private final int port;

  private DebianCluster(String name, int port) {
    this.name = name;
    this.port = port;
  }

  /// Why there can be none here; empty if there can.
  static Optional<String> obstacle() {
    if (!System.getProperty("user.name").equals("root")) {
      return Optional.of("pg_createcluster needs root");
    }
    if (!Files.isExecutable(CREATE)) {
      return Optional.of(CREATE + " is missing; 'apt-get install postgresql-common' brings it");
    }
    return Optional.empty();
  }

  /// Makes one under a name that nobody else has, and starts it with more configuration.
  ///
  /// @param files by their names in the directory of its configuration; they replace what is there
  static DebianCluster create(Map<String, String> files) throws IOException {
    String name = "hfsys" + ProcessHandle.current().pid() + "n" + System.nanoTime() % 1_000_000;
    DebianCluster cluster = new DebianCluster(name, FreePort.any());
    try {
      cluster.tool(
          "pg_createcluster",
          "--port=" + cluster.port,
          "--encoding=UTF8",
          "--locale=C.utf8",
          "--start-conf=manual",
          VERSION,
          name,
          "--",
          "--data-checksums");
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = cluster.configuration().resolve(file.getKey());
        Files.writeString(path, file.getValue());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        Cluster.giveToServer(path);
      }
      cluster.tool("pg_ctlcluster", VERSION, name, "start");
      return cluster;
    } catch (IOException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  int port() {
    return port;
  }

  Path configuration() {
    return Path.of("/etc/postgresql", VERSION, name);
  }

  Path data() {
    return Path.of("/var/lib/postgresql", VERSION, name);
  }

  String url(String database) {
    return "postgresql://postgres@127.0.0.1:" + port + "/" + database;
  }

  /// Every file under the configuration directory: what it is, when it was changed, and its text.
  Map<String, String> configurationFiles() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(configuration())) {
      for (Path path : paths.toList()) {
        Object facts = Files.readAttributes(path, "unix:mode,uid,ctime", LinkOption.NOFOLLOW_LINKS);
        files.put(path.toString(), facts + (Files.isRegularFile(path) ? read(path) : ""));
      }
    }
    return files;
  }

  boolean exists() {
    return Files.exists(configuration()) || Files.exists(data());
  }

  /// Stops it and removes everything of it, if that has not been done.
  void drop() throws IOException {
    if (exists()) {
      tool("pg_dropcluster", "--stop", VERSION, name);
      // It leaves a directory of configuration that holds files of others.
      Scratch.remove(configuration());
      Scratch.remove(data());
    }
  }

  @Override
  public void close() throws IOException {
    drop();
  }

  private static String read(Path path) throws IOException {
    return " " + Files.readString(path);
  }

  private void tool(String program, String... arguments) throws IOException {
    Command.Ended ended =
        Command.run(
            HOME, Map.of(), Stream.concat(Stream.of(program), Stream.of(arguments)).toList());
    assertThat(ended.status()).as(program + List.of(arguments) + ended.all()).isZero();
  }
}
