package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.WalRule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Policies in `holdfast.yaml`, and in the file of earlier scripts.
class RetentionSectionTest {
  private static final Path FILE = Path.of("/etc/holdfast/holdfast.yaml");
  private static final ZoneId UTC = ZoneId.of("UTC");

  @Test
  void policiesAreReadByTheirNames() {
    Map<String, RetentionPolicy> policies =
        ConfigFile.parse(
                FILE,
                """
                retention:
                  standard:
                    keepDaily: 7
                    keepWithin: 48h
                    incrementals: { keepWithin: 2d }
                    wal: { keep: 14d, archiveAfter: 30d }
                    window: 14d
                    archiveAfter: 90d
                    counts: verified
                    zone: Europe/Berlin
                  account: { maxAge: 30d, maxCount: 10 }
                """)
            .retention()
            .policies();
    assertThat(policies.get("standard"))
        .isEqualTo(
            new RetentionPolicy(
                new KeepRules(Map.of(Keep.DAILY, 7), Duration.ofDays(2)),
                Optional.of(new KeepRules(Map.of(), Duration.ofDays(2))),
                Caps.NONE,
                Duration.ofDays(14),
                new WalRule(Duration.ofDays(14), Duration.ofDays(30)),
                Duration.ofDays(90),
                RetentionPolicy.Counts.VERIFIED,
                ZoneId.of("Europe/Berlin")));
    assertThat(policies.get("account"))
        .isEqualTo(
            new RetentionPolicy(
                KeepRules.NONE, new Caps(Duration.ofDays(30), 10), Duration.ZERO, UTC));
  }

  @Test
  void allProblemsAreReportedTogetherWithTheirLines() {
    assertThatThrownBy(
            () ->
                ConfigFile.parse(
                    FILE,
                    """
                    retention:
                      one: { keepDayly: 7, keepWithin: soon }
                      two: { maxAge: 5d, keepLast: 1, window: 14d }
                      three: { wal: { keep: 14d, archiveAfter: 7d } }
                      four: { zone: Berlin, maxCount: 0 }
                      five: {}
                      six: 7
                    sorces: {}
                    """))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text())
                  .contains(
                      "line 2: unknown key 'keepDayly' in retention.one (known: archiveAfter,",
                      "line 2: retention.one.keepWithin: 'soon' is no time",
                      "line 3: retention.two: max-age is 5d, less than the recovery window of 14d",
                      "line 4: retention.three.wal: WAL is to be moved to the archive after 7d",
                      "line 5: retention.four.zone: there is no time zone 'Berlin'",
                      "line 5: retention.four.maxCount: 0 takes every backup",
                      "line 6: retention.five: the policy keeps nothing",
                      "line 7: retention.six must be a map",
                      "unknown section 'sorces'");
            });
  }

  @Test
  void theFileOfEarlierScriptsIsReadAsItIs() {
    assertThat(
            RetentionConfigFile.parse(
                FILE,
                """
                {
                \t"policies": {
                    "daily_backups": {
                      "keep_daily": 7,
                      "keep_weekly": 4,
                      "keep_monthly": 12,
                      "keep_yearly": 5
                    },
                    "incremental_backups": {
                      "keep_hours": 48,
                      "keep_daily": 7
                    },
                    "wal_files": {
                      "keep_days": 14,
                      "archive_after_days": 30
                    }
                  }
                }
                """,
                UTC))
        .isEqualTo(
            new RetentionPolicy(
                new KeepRules(
                    Map.of(Keep.DAILY, 7, Keep.WEEKLY, 4, Keep.MONTHLY, 12, Keep.YEARLY, 5),
                    Duration.ZERO),
                Optional.of(new KeepRules(Map.of(Keep.DAILY, 7), Duration.ofDays(2))),
                Caps.NONE,
                Duration.ZERO,
                new WalRule(Duration.ofDays(14), Duration.ofDays(30)),
                Duration.ZERO,
                RetentionPolicy.Counts.GOOD,
                UTC));
  }

  @Test
  void whatTheFileOfEarlierScriptsCannotMeanIsRefused() {
    for (String text :
        new String[] {
          "",
          "[]",
          "{}",
          "{\"policies\": {}}",
          "{\"policies\": {\"daily_backups\": {\"keep_dayly\": 1}}}",
          "{\"policies\": {\"weekly_backups\": {\"keep_last\": 1}}}",
          "{\"policies\": {\"daily_backups\": {\"keep_last\": 1}}, \"more\": 1}",
          "{\"more\": 1, \"policies\": {\"daily_backups\": {\"keep_last\": 1}}}",
          "{\"policies\": {\"daily_backups\": {\"keep_last\": 1, \"keep_last\": 2}}}",
          "{\"policies\": {\"wal_files\": {\"keep_days\": 30, \"archive_after_days\": 14}}}",
          "{\"policies\": "
        }) {
      assertThatThrownBy(() -> RetentionConfigFile.parse(FILE, text, UTC))
          .as(text)
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION));
    }
  }
}
