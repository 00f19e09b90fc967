package io.holdfast.server.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.TestCatalog;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Figures over a long history.
class StatisticsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final int HISTORY = 60_000;

  private static TestCatalog catalog;

  /// 60,000 runs and backups of 30 sources, one every ten minutes backwards.
  @BeforeAll
  static void start() throws Exception {
    catalog = TestCatalog.start();
    catalog.time(() -> NOW);
    catalog.run(
        """
        INSERT INTO runs (id, kind, request, source, resource, origin, status, not_before, created_at,
               started_at, ended_at)
        SELECT gen_random_uuid(), 'full', '{}', 's' || n %% 30, 'r', 'request', 'completed', at, at, at,
               at + interval '90 s'
          FROM (SELECT n, timestamptz '2026-03-01T12:00:00Z' - n * interval '10 min' AS at
                  FROM generate_series(0, %d) n) slots
        """
            .formatted(HISTORY - 1));
    catalog.run(
        """
        INSERT INTO backups (id, repository, snapshot, source, kind, type, size, stored_bytes, checksum,
               status, created_at)
        SELECT 'b' || n, 'r', 'b' || n, 's' || n %% 30, 'physical', 'full', 100, 10, 'c', 'completed',
               timestamptz '2026-03-01T12:00:00Z' - n * interval '10 min'
          FROM generate_series(0, %d) n
        """
            .formatted(HISTORY - 1));
    catalog.run("ANALYZE runs, backups");
  }

  @AfterAll
  static void stop() throws Exception {
    catalog.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "RUNS, runs_(kind_)?created",
    "RUNS_OF_SOURCE, runs_source_created",
    "BACKUPS, idx_backups_(status_created|type)",
    "BACKUPS_OF_SOURCE, idx_backups_source_created",
    "STORAGE, storage_days_pkey",
  })
  void eachQueryReadsAnIndexFromTheFirstDayOn(String name, String index) throws Exception {
    var query = (String) Statistics.class.getDeclaredField(name).get(null);
    List<String> plan =
        catalog
            .jdbc()
            .sql(
                "EXPLAIN "
                    + query
                        .replace(":from", "timestamptz '2026-02-20T00:00:00Z'")
                        .replace(":day", "date '2026-02-20'")
                        .replace(":source", "'s7'"))
            .query((row, _) -> row.getString(1))
            .list();
    assertThat(plan)
        .anyMatch(line -> line.matches(".*Index .*Scan (using|on) " + index + " .*"))
        .anyMatch(line -> line.matches(".*Index Cond: .*(created_at|day) >= .*"))
        .noneMatch(line -> line.contains("Seq Scan"));
  }

  @Test
  void aDayIsThatOfUtcAndHasSumsByKindAndStatus() {
    Statistics statistics = new Statistics(catalog.jdbc());
    LocalDate first = statistics.first(2);
    assertThat(first).isEqualTo(LocalDate.ofInstant(NOW, ZoneOffset.UTC).minusDays(1));
    List<Statistics.RunsOfDay> runs = statistics.runs(first, Optional.empty());
    assertThat(runs)
        .containsExactly(
            new Statistics.RunsOfDay(first, "full", "completed", 144, 144 * 90, 90),
            new Statistics.RunsOfDay(first.plusDays(1), "full", "completed", 73, 73 * 90, 90));
    assertThat(statistics.runs(first, Optional.of("s0")))
        .extracting(Statistics.RunsOfDay::runs)
        .containsExactly(5L, 3L);
    assertThat(statistics.backups(first, Optional.empty()))
        .extracting(Statistics.BackupsOfDay::storedBytes)
        .containsExactly(1440L, 730L);
  }
}
