package io.holdfast.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.ScratchReaper;
import io.holdfast.postgres.server.ServerUser;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedClusterTest {
  private static final EngineContext CONTEXT = TestEngine.context();

  private Path parent = Path.of("none");
  private Path directory = Path.of("none");

  @BeforeEach
  void makeParent() throws IOException {
    parent = Files.createTempDirectory(TestCluster.PARENT, "hf-embedded");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    directory = parent.toRealPath().resolve("catalog");
  }

  @AfterEach
  void removeParent() throws IOException {
    ScratchReaper.deleteTree(parent);
  }

  @Test
  void aNewDirectoryBecomesAPrivateClusterThatKeepsItsRows() throws Exception {
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "first");
      assertThat(cluster.version()).startsWith("18.");
      assertThat(cluster.isRunning()).isTrue();
      assertThat(
              TestRows.sql(
                  cluster,
                  "SELECT current_setting('listen_addresses') || current_setting('fsync')"
                      + " || current_setting('full_page_writes')"
                      + " || current_setting('data_checksums')"
                      + " || current_setting('server_encoding') || current_setting('log_timezone')"))
          .containsExactly("ononon" + "UTF8" + "UTC");
      assertThat(TestRows.sql(cluster, "SELECT datcollate, datctype FROM pg_database"))
          .containsOnly("C|C");
      for (String name : List.of("data", "socket-data")) {
        assertThat(mode(directory.resolve(name))).isEqualTo("rwx------");
      }
      assertThat(mode(directory)).isEqualTo(TestCluster.RUN_BY_ROOT ? "rwx--x--x" : "rwx------");
      assertThat(ServerUser.ownerOf(directory)).isEqualTo(ServerUser.ofThisProcess());
      assertThat(ServerUser.ownerOf(directory.resolve("data")).isRoot()).isFalse();
    }
    assertThat(directory.resolve("data/postmaster.pid")).doesNotExist();
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "second");
      assertThat(TestRows.read(cluster)).containsExactly("first", "second");
    }
  }

  @Test
  void aSecondOpenerOfThisProcessIsRefusedAndDisturbsNothing() throws Exception {
    try (EmbeddedCluster cluster = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("in use by another Holdfast");
      TestRows.insert(cluster, "still");
      assertThat(TestRows.read(cluster)).containsExactly("still");
    }
  }

  @Test
  void theServerOfAKilledProcessStopsByItselfAndItsRowsAreThere() throws Exception {
    TestPrograms.of(18);
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Dholdfast.embedded=" + System.getProperty("holdfast.embedded", "target/embedded"),
                "-cp",
                System.getProperty("java.class.path"),
                AbandonedEmbedded.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).isEqualTo("committed");
      ProcessHandle server = server();
      assertThatThrownBy(this::open)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("in use by another Holdfast (process " + process.pid() + ")")
          .extracting(e -> ((BackupException) e).code())
          .isEqualTo(ErrorCode.FILE_ERROR);
      assertThat(server.isAlive()).isTrue();

      process.destroyForcibly().waitFor();
      server.onExit().get(30, TimeUnit.SECONDS);
      try (EmbeddedCluster cluster = open()) {
        assertThat(TestRows.read(cluster)).containsExactly("abandoned");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aKilledServerIsNoticedAndStartsAgainWithEveryCommittedRow() throws Exception {
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "before");
      kill(server());
      Eventually.await("the end of the server", () -> !cluster.isRunning());
    }
    try (EmbeddedCluster cluster = open()) {
      assertThat(TestRows.read(cluster)).containsExactly("before");
    }
  }

  @Test
  void aServerThatWasLeftRunningIsStoppedFirst() throws Exception {
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "by us");
    }
    Path data = directory.resolve("data");
    Path sockets = directory.resolve("socket-data");
    Files.createDirectory(sockets);
    if (TestCluster.RUN_BY_ROOT) {
      ServerUser.ownerOf(data).adopt(sockets);
    }
    Process left =
        asServer(
            TestPrograms.of(18).program("postgres").toString(),
            "-D",
            data.toString(),
            "-c",
            "listen_addresses=",
            "-c",
            "unix_socket_directories=" + sockets);
    try {
      Eventually.await(
          "the start of the other server",
          () -> {
            try {
              return Files.readString(data.resolve("postmaster.pid")).contains("ready");
            } catch (IOException e) {
              return false;
            }
          });
      try (EmbeddedCluster cluster = open()) {
        assertThat(left.waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(left.exitValue()).isZero();
        assertThat(TestRows.read(cluster)).containsExactly("by us");
      }
    } finally {
      left.destroyForcibly().waitFor();
    }
  }

  @Test
  void aStrangerWhoHasTheNumberOfADeadServerIsNeitherStoppedNorInTheWay() throws Exception {
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "before");
    }
    Process stranger = asServer("sleep", "600");
    try {
      Files.writeString(directory.resolve("data/postmaster.pid"), stranger.pid() + "\n/data\n");
      try (EmbeddedCluster cluster = open()) {
        assertThat(TestRows.read(cluster)).containsExactly("before");
        assertThat(stranger.isAlive()).isTrue();
      }
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void aClusterWithATooLongPathHasItsSocketsElsewhereAndLeavesNothingThere() throws Exception {
    directory = directory.resolve("x".repeat(90)).resolve("y".repeat(90));
    Path elsewhere;
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "far");
      elsewhere = Files.readSymbolicLink(directory.resolve("socket-data"));
      assertThat(mode(elsewhere)).isEqualTo("rwx------");
      kill(server());
      Eventually.await("the end of the server", () -> !cluster.isRunning());
    }
    assertThat(elsewhere).doesNotExist();
    try (EmbeddedCluster cluster = open()) {
      assertThat(TestRows.read(cluster)).containsExactly("far");
    }
    assertThat(directory.resolve("socket-data")).doesNotExist();
  }

  @Test
  void aDirectoryWithFilesOfOthersIsNotTouched() throws Exception {
    Files.createDirectory(directory);
    Files.writeString(directory.resolve("letter"), "dear");
    String before = mode(directory);
    assertThatThrownBy(this::open)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("letter")
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.TARGET_NOT_EMPTY);
    assertThat(mode(directory)).isEqualTo(before);
    assertThat(directory.toFile().list()).containsExactly("letter");

    Files.move(directory.resolve("letter"), directory.resolve(EmbeddedPlace.MARKER));
    assertThatThrownBy(this::open)
        .isInstanceOf(BackupException.class)
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.TARGET_NOT_EMPTY);
    assertThat(directory.resolve(EmbeddedPlace.MARKER)).hasContent("dear");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
    directory = Path.of("/proc/holdfast/catalog");
    assertThatThrownBy(this::openAsUsersDo)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("/proc/holdfast")
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.FILE_ERROR);
    directory = Files.createFile(parent.resolve("file"));
    assertThatThrownBy(this::openAsUsersDo)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("is not a directory");
  }

  @Test
  void aDirectoryThatTheServersUserCannotReachIsNamed() throws Exception {
    assumeTrue(TestCluster.RUN_BY_ROOT, "only root runs servers as somebody else");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(this::open)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(parent + " cannot be reached");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    open().close();
  }

  @Test
  void aClusterThatCouldNotBeMadeIsNotInTheWayOfTheNextTry() throws Exception {
    InstalledServers full =
        fakeServers("#!/bin/sh\necho 'initdb: error: No space left on device'\nexit 1\n");
    assertThatThrownBy(() -> open(full))
        .isInstanceOf(BackupException.class)
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.NO_SPACE);
    assertThat(directory.resolve("data")).doesNotExist();

    // As a crash in the middle leaves it.
    Path making = Files.createDirectory(directory.resolve("data.new"));
    Files.writeString(making.resolve("PG_VERSION"), "18\n");
    try (EmbeddedCluster cluster = open()) {
      TestRows.insert(cluster, "then");
    }
    assertThat(making).doesNotExist();
  }

  @Test
  void theLogIsCutAndHasNoContentsOfStatements() throws Exception {
    open().close();
    Path log = directory.resolve("data.log");
    Files.write(log, new byte[5 << 20]);
    try (EmbeddedCluster cluster = open();
        Connection connection = TestRows.connect(cluster)) {
      TestCluster.sql(connection, "CREATE TABLE secrets (word text UNIQUE)");
      TestCluster.sql(connection, "INSERT INTO secrets VALUES ('swordfish')");
      try (var insert = connection.prepareStatement("INSERT INTO secrets VALUES (?)")) {
        insert.setString(1, "swordfish");
        assertThatThrownBy(insert::execute).hasMessageContaining("duplicate key");
      }
      assertThatThrownBy(() -> TestCluster.sql(connection, "SELECT 'swordfish' FROM nowhere"))
          .hasMessageContaining("nowhere");
    }
    assertThat(log).content().contains("duplicate key", "nowhere").doesNotContain("swordfish");
    assertThat(Files.size(log)).isLessThan(1 << 20);
    assertThat(mode(log)).isEqualTo("rw-------");
    assertThat(Files.size(directory.resolve("data.log.1"))).isEqualTo(5 << 20);
  }

  private EmbeddedCluster open() throws IOException {
    return open(new InstalledServers(List.of(TestPrograms.of(18))));
  }

  private EmbeddedCluster open(InstalledServers servers) throws IOException {
    return EmbeddedCluster.open(CONTEXT, request(), servers);
  }

  private EmbeddedCluster openAsUsersDo() {
    return EmbeddedCluster.open(CONTEXT, request());
  }

  private EmbeddedRequest request() {
    return new EmbeddedRequest(directory, parent.resolve("no-archive"));
  }

  /// Programs of a version that does not exist.
  private InstalledServers fakeServers(String initdb) throws IOException {
    Path programs = Files.createDirectory(parent.resolve("fake"));
    var runs = PosixFilePermissions.fromString("rwxr-xr-x");
    Files.setPosixFilePermissions(programs, runs);
    Files.setPosixFilePermissions(
        Files.writeString(
            programs.resolve("postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 18.99'\n"),
        runs);
    Files.setPosixFilePermissions(Files.writeString(programs.resolve("initdb"), initdb), runs);
    return InstalledServers.in(List.of(programs));
  }

  private ProcessHandle server() throws IOException {
    String pid = Files.readAllLines(directory.resolve("data/postmaster.pid")).getFirst();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private static void kill(ProcessHandle process) throws IOException {
    assertThat(process.destroyForcibly()).isTrue();
  }

  /// Starts a program as the user that the server runs as.
  private Process asServer(String... command) throws IOException {
    List<String> whole =
        new ArrayList<>(
            ServerUser.ownerOf(directory.resolve("data"))
                .asThisUser(ServerUser.ofThisProcess(), List.of(command)));
    return new ProcessBuilder(whole)
        .redirectErrorStream(true)
        .redirectOutput(parent.resolve("output").toFile())
        .start();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
