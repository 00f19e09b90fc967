package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackupNameTest {
  private static final Instant TIME = Instant.parse("2026-11-21T09:07:05.999Z");

  @Test
  void saysSourceTypeAndSecondInUtc() {
    assertThat(BackupName.of("erp", "full", TIME, Set.of()))
        .isEqualTo("erp_full_2026-11-21T09-07-05Z");
  }

  @Test
  void countsWhereANameIsTaken() {
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      assertThat(taken.add(BackupName.of("erp", "full", TIME, taken))).isTrue();
    }
    assertThat(taken)
        .containsExactlyInAnyOrder(
            "erp_full_2026-11-21T09-07-05Z",
            "erp_full_2026-11-21T09-07-05Z-2",
            "erp_full_2026-11-21T09-07-05Z-3");
    taken.remove("erp_full_2026-11-21T09-07-05Z-2");
    assertThat(BackupName.of("erp", "full", TIME, taken)).endsWith("05Z-2");
  }

  @Test
  void sortsByTimeAlsoAcrossYears() {
    String before = BackupName.of("erp", "full", Instant.parse("2026-12-31T23:59:59Z"), Set.of());
    String after = BackupName.of("erp", "full", Instant.parse("2027-01-01T00:00:00Z"), Set.of());
    assertThat(before).isLessThan(after);
  }
}
