package io.holdfast.postgres.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.testing.AbandonedCluster;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScratchPlaceTest {
  @Test
  void whatAKilledProcessLeftIsStoppedAndRemovedAndWhatIsInUseIsNot() throws Exception {
    Path parent = Files.createTempDirectory(TestCluster.PARENT, "hf-reap");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    TestPrograms.of(13);
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                AbandonedCluster.class.getName(),
                parent.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        ScratchPlace mine = ScratchPlace.create(parent, Entropy.secure())) {
      String printed = String.valueOf(output.readLine());
      assertThat(printed).startsWith(parent.toString());
      Path place = Path.of(printed);
      ProcessHandle server =
          ProcessHandle.of(
                  Long.parseLong(
                      Files.readAllLines(place.resolve("data/postmaster.pid")).getFirst()))
              .orElseThrow();
      assertThat(server.isAlive()).isTrue();
      assertThat(ScratchReaper.reap(parent)).isEmpty();

      process.destroyForcibly().waitFor();
      assertThat(server.isAlive()).isTrue();
      assertThat(ScratchReaper.reap(parent)).containsExactly(place);
      assertThat(place).doesNotExist();
      server.onExit().get(10, TimeUnit.SECONDS);
      assertThat(ScratchReaper.reap(parent)).isEmpty();
      assertThat(mine.data()).isEmptyDirectory();
    } finally {
      process.destroyForcibly().waitFor();
      ScratchReaper.reap(parent);
      Files.delete(parent);
    }
  }

  @Test
  void aPlaceIsPrivateAndRemovedWithoutFollowingLinks() throws Exception {
    Path outside = Files.createTempDirectory(TestCluster.PARENT, "hf-outside");
    Path precious = Files.createFile(outside.resolve("precious"));
    Path directory;
    try (ScratchPlace place = ScratchPlace.create(TestCluster.PARENT, Entropy.secure())) {
      directory = place.directory();
      Files.createSymbolicLink(place.data().resolve("link"), outside);
      place.giveToServer();
      assertThat(ServerUser.ownerOf(outside)).isEqualTo(place.mine());
      assertThat(ServerUser.ownerOf(place.data())).isEqualTo(place.user());
      assertThat(Files.getPosixFilePermissions(place.data())).hasSize(3);
    }
    assertThat(directory).doesNotExist();
    assertThat(precious).exists();
    Files.delete(precious);
    Files.delete(outside);
  }

  @Test
  void pathsTooLongForASocketAreRefused() throws Exception {
    Path parent = Files.createTempDirectory(TestCluster.PARENT, "hf-long");
    Path deep = Files.createDirectories(parent.resolve("x".repeat(80)));
    assertThatThrownBy(() -> ScratchPlace.create(deep, Entropy.secure()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("too long");
    assertThat(deep).isEmptyDirectory();
    Files.delete(deep);
    Files.delete(parent);
  }

  @Test
  void placesThatTheServersUserCannotReachAreRefused() throws Exception {
    assumeTrue(TestCluster.RUN_BY_ROOT, "only root runs servers as somebody else");
    Path parent = Files.createTempDirectory(TestCluster.PARENT, "hf-closed");
    assertThatThrownBy(() -> ScratchPlace.create(parent, Entropy.secure()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("cannot be reached");
    assertThat(parent).isEmptyDirectory();
    Files.delete(parent);
  }

  @Test
  void aMissingVersionNamesItsPackage() throws Exception {
    InstalledServers servers =
        InstalledServers.find(
            Map.of(
                InstalledServers.DIRECTORIES_VARIABLE,
                "/nowhere:" + TestPrograms.of(13).directory(),
                "PATH",
                "/usr/bin::/bin"));
    assertThat(servers.require(13).fullVersion()).startsWith("13.");
    assertThat(servers.servers().getFirst().majorVersion()).isEqualTo(13);
    assertThatThrownBy(() -> servers.require(99))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("13.")
        .extracting(e -> ((BackupException) e).code() + ((BackupException) e).hint())
        .asString()
        .startsWith(ErrorCode.SERVER_PROGRAM_MISSING.name())
        .contains("postgresql-99");
    assertThat(InstalledServers.in(List.of(Path.of("/usr/bin"))).servers()).isEmpty();
  }

  @Test
  void programsThatDoNotRunAreNotInstalled() throws Exception {
    Path directory = Files.createTempDirectory("hf-programs");
    Path foreign = Files.write(directory.resolve("postgres"), new byte[] {0x7f, 'E', 'L', 'F'});
    Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwx------"));
    Path other = Files.createDirectory(directory.resolve("other"));
    Path script = Files.writeString(other.resolve("postgres"), "#!/bin/sh\necho mysqld 8.0\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    assertThat(InstalledServers.in(List.of(directory, other, directory.resolve("gone"))).servers())
        .isEmpty();
    ScratchReaper.deleteTree(directory);
  }

  @Test
  void programsAreFoundThroughPgConfig() throws Exception {
    Path directory = Files.createTempDirectory("hf-programs");
    Path script =
        Files.writeString(
            directory.resolve("pg_config"),
            "#!/bin/sh\necho " + TestPrograms.of(18).directory() + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    assertThat(InstalledServers.find(Map.of("PATH", directory.toString())).require(18).directory())
        .isEqualTo(TestPrograms.of(18).directory());
    ScratchReaper.deleteTree(directory);
  }

  @Test
  void aSuperuserIsFoundAmongCandidates() throws Exception {
    try (TestCluster cluster = TestCluster.create(18)) {
      cluster.start();
      cluster.sql("CREATE ROLE plain LOGIN");
      cluster.sql("ALTER ROLE postgres SET session_preload_libraries = 'missing_library'");
      assertThat(cluster.server().superuser(List.of("absent", "plain", "postgres")))
          .isEqualTo("postgres");
      assertThatThrownBy(() -> cluster.server().superuser(List.of("absent", "plain")))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("absent, plain");
    }
  }
}
