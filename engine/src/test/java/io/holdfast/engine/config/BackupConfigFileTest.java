package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.WalRule;
import io.holdfast.engine.schedule.Schedule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The file of earlier scripts about backups.
class BackupConfigFileTest {
  private static final Path FILE = Path.of("/etc/backup.config.json");
  private static final ZoneId UTC = ZoneId.of("UTC");

  static final String AS_IT_IS =
      """
      {
        "schedules": {
          "full_backup": "0 2 * * *",
          "incremental_backup": "0 */6 * * *",
          "wal_archive": "continuous",
          "verification": "after_backup"
        },
        "retention": {
          "full_backups": 30,
          "incremental_backups": 7,
          "wal_files": 14
        },
        "storage": {
          "local_path": "./storage/local",
          "offsite_enabled": true,
          "encryption_enabled": true
        },
        "monitoring": {
          "health_check_interval": 3600,
          "alert_on_failure": true,
          "notification_channels": ["email", "webhook"]
        }
      }
      """;

  @Test
  void itIsReadAsItIs() {
    BackupConfigFile file = BackupConfigFile.parse(FILE, AS_IT_IS, UTC);

    assertThat(file.full()).contains(Schedule.parse("cron 0 2 * * *", UTC));
    assertThat(file.incremental()).contains(Schedule.parse("cron 0 */6 * * *", UTC));
    assertThat(file.verification()).isEmpty();
    assertThat(file.afterBackup()).containsExactly(Job.VERIFY);
    assertThat(file.retention())
        .contains(
            new RetentionPolicy(
                new KeepRules(Map.of(), Duration.ofDays(30)),
                Optional.of(new KeepRules(Map.of(), Duration.ofDays(7))),
                Caps.NONE,
                Duration.ZERO,
                new WalRule(Duration.ofDays(14), Duration.ZERO),
                Duration.ZERO,
                RetentionPolicy.Counts.GOOD,
                UTC));
    assertThat(file.remarks())
        .satisfiesExactly(
            wal -> assertThat(wal).contains("wal_archive", "holdfast wal stream"),
            path -> assertThat(path).contains("storage.local_path", "BACKUP_DIR"),
            copy -> assertThat(copy).contains("storage.offsite_enabled", "holdfast copy"),
            monitoring -> assertThat(monitoring).startsWith("monitoring: "));
  }

  @Test
  void itsPlansAreNamedAsThoseOfPresets() {
    BackupConfigFile file = BackupConfigFile.parse(FILE, AS_IT_IS, UTC);

    List<Plan> plans = file.plans("erp", List.of(Job.RETENTION));

    assertThat(plans).extracting(Plan::name).containsExactly("erp-full", "erp-incremental");
    assertThat(plans).extracting(Plan::job).containsExactly(Job.FULL, Job.INCREMENTAL);
    assertThat(plans)
        .allSatisfy(plan -> assertThat(plan.then()).containsExactly(Job.VERIFY, Job.RETENTION));
  }

  @Test
  void aVerificationOfItsOwnIsAPlan() {
    BackupConfigFile file =
        BackupConfigFile.parse(
            FILE,
            "{\"schedules\": {\"full_backup\": null, \"verification\": \"0 5 * * sun\"}}",
            UTC);

    assertThat(file.plans("erp", List.of()))
        .extracting(Plan::name, Plan::job)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("erp-verify", Job.VERIFY));
    assertThat(file.retention()).isEmpty();
    assertThat(file.remarks()).isEmpty();
  }

  @Test
  void whatIsNotUnderstoodIsRemarkedWithItsLine() {
    assertThat(
            BackupConfigFile.parse(
                    FILE,
                    """
                    {"schedules": {"wal_archive": "hourly",
                                   "schema_backup": "0 1 * * *"},
                     "retention": {"full_backups": 3,
                                   "schema_backups": 5},
                     "storage": {"encryption_enabled": false, "s3": {}},
                     "colour": "blue"}
                    """,
                    UTC)
                .remarks())
        .containsExactlyInAnyOrder(
            "wal_archive: 'hourly' is not understood; 'holdfast wal stream' archives WAL as it is"
                + " written.",
            "line 2: schedules.schema_backup is not understood and does nothing.",
            "line 4: retention.schema_backups is not understood and does nothing.",
            "storage.encryption_enabled: a repository is always encrypted.",
            "line 5: storage.s3 is not understood and does nothing.",
            "line 6: colour is not understood and does nothing.");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"schedules": {"full_backup": "0 2 * *"}}              | line 1: schedules.full_backup:
          {"schedules": {"verification": "sometimes"}}           | line 1: schedules.verification:
          {"schedules": {"full_backup": ["0 2 * * *"]}}          | line 1: schedules.full_backup must be text
          {"schedules": "0 2 * * *"}                             | line 1: schedules must be a map
          {"retention": {"full_backups": "30 days"}}             | line 1: retention.full_backups: '30 days' is no number of days
          {"retention": {"incremental_backups": 0}}              | line 1: retention.incremental_backups: '0' is no number of days
          {"retention": {"full_backups": 99999}}                 | line 1: retention: backups cannot be kept within
          {"storage": {"encryption_enabled": "a bit"}}           | line 1: storage.encryption_enabled: 'a bit' is neither
          {"schedules": {}, "schedules": {}}                     | stands twice
          []                                                     | line 1: the file must be a map
          {"schedules":                                          | line 1
          """)
  void whatItCannotMeanIsRefusedWithItsLine(String text, String problem) {
    assertThatThrownBy(() -> BackupConfigFile.parse(FILE, text, UTC))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains(problem, FILE.toString());
            });
  }

  @Test
  void anEmptyFileIsRefused() {
    assertThatThrownBy(() -> BackupConfigFile.parse(FILE, "", UTC))
        .hasMessageContaining("it is empty");
  }
}
