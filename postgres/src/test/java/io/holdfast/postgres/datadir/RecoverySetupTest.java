package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.recovery.StopRule;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecoverySetupTest {
  @Test
  void jobsOfPgCronDoNotRun() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      FileChanges changes =
          RecoverySetup.plan(
              new RecoveryRequest(
                  15, 1, StopRule.AFTER_RECORD, new Lsn(1), TargetAction.PROMOTE, "false", ""),
              ControlFile.read(cluster.data()),
              "shared_preload_libraries = 'auto_explain, pg_cron'",
              "");
      assertThat(changes.settings())
          .extracting(SettingChange::name)
          .contains("cron.launch_active_jobs");
    }
  }

  @Test
  void filesAppearWithTheOwnerAndModeOfAServer() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      new FileChanges(Map.of("new.conf", "caf\udce9"), List.of("absent"), List.of())
          .and(new FileChanges(Map.of("other.conf", ""), List.of("PG_VERSION"), List.of()))
          .apply(cluster.data());
      Path file = cluster.data().resolve("new.conf");
      assertThat(Files.readAllBytes(file)).containsExactly('c', 'a', 'f', 0xe9);
      assertThat(Files.getPosixFilePermissions(file)).isEqualTo(DataDirectoryLayout.FILE_MODE);
      assertThat(Files.getOwner(file)).isEqualTo(Files.getOwner(cluster.data()));
      assertThat(cluster.data().resolve("PG_VERSION")).doesNotExist();
      assertThat(cluster.data().resolve("other.conf")).isEmptyFile();
    }
  }

  @Test
  void aPausedServerIsReadable() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      FileChanges changes =
          RecoverySetup.plan(
              new RecoveryRequest(
                  15, 1, StopRule.AFTER_RECORD, new Lsn(1), TargetAction.PAUSE, "false", ""),
              ControlFile.read(cluster.data()),
              "hot_standby = off",
              "");
      assertThat(changes.settings())
          .contains(
              new SettingChange(
                  "hot_standby",
                  "off",
                  "on",
                  "a paused server must be readable",
                  "ALTER SYSTEM RESET hot_standby; then restart"));
    }
  }
}
