package io.holdfast.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyInWordsTest {
  private static final ZoneId UTC = ZoneId.of("UTC");

  @Test
  void allThatAPolicySaysIsInItsWords() {
    assertThat(
            new RetentionPolicy(
                    new KeepRules(
                        Map.of(Keep.LAST, 3, Keep.DAILY, 1, Keep.MONTHLY, 12),
                        Duration.ofHours(36)),
                    Optional.of(new KeepRules(Map.of(Keep.HOURLY, 24), Duration.ZERO)),
                    new Caps(Duration.ofDays(400), 100),
                    Duration.ofDays(14),
                    new WalRule(Duration.ofDays(20), Duration.ofDays(30)),
                    Duration.ofDays(90),
                    RetentionPolicy.Counts.VERIFIED,
                    ZoneId.of("Europe/Berlin"))
                .describe())
        .containsExactly(
            "keeps the newest 3, the newest of each of 1 day, the newest of each of 12 months and"
                + " all of the last 36h",
            "of incrementals keeps the newest of each of 24 hours",
            "keeps what recovery to every moment of the last 14d needs",
            "of these keeps nothing older than 400d",
            "of these keeps no more than the newest 100",
            "keeps WAL of the last 20d",
            "WAL is due for the archive after 30d",
            "backups are due for the archive after 90d",
            "only verified backups count",
            "days are those of Europe/Berlin");
  }

  @Test
  void withoutRulesEverythingIsKeptUnlessThereIsAWindow() {
    assertThat(
            new RetentionPolicy(KeepRules.NONE, new Caps(Duration.ZERO, 5), Duration.ZERO, UTC)
                .describe())
        .containsExactly(
            "keeps everything",
            "of these keeps no more than the newest 5",
            "days are those of UTC");
    assertThat(new RetentionPolicy(KeepRules.NONE, Caps.NONE, Duration.ofDays(7), UTC).describe())
        .containsExactly(
            "keeps what recovery to every moment of the last 7d needs", "days are those of UTC");
  }
}
