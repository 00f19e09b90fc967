package io.holdfast.server.overview;

import io.holdfast.engine.restore.ReachableTimes;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.source.Sources;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/recovery`: which moments can be brought back.
@RestController
@RequestMapping("/api/recovery")
class RecoveryController {
  private static final int AT_ONCE = 2;

  private final Sources sources;
  private final JdbcClient jdbc;
  private final CatalogJson json;
  private final InstantSource clock;
  private final Places places = new Places(AT_ONCE);

  RecoveryController(Sources sources, JdbcClient jdbc, CatalogJson json, InstantSource clock) {
    this.sources = sources;
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  /// What can be brought back.
  ///
  /// @param newest the newest moment of all
  /// @param rpoSeconds how long before `at` that is: what would be lost now
  /// @param rto how long the last test restore took
  record Window(
      String source,
      Instant at,
      Optional<Instant> newest,
      Optional<Long> rpoSeconds,
      Optional<Rto> rto,
      List<ReachableTimes.Line> lines,
      List<ReachableTimes.Moment> moments,
      List<ReachableTimes.Unusable> unusable,
      List<String> warnings) {}

  /// @param seconds restore and recovery together
  record Rto(double seconds, String backup, Instant at) {}

  @GetMapping("/window")
  Window window(@RequestParam Optional<String> source) {
    String name = sources.choose(source);
    ReachableTimes found = places.take(() -> sources.require(name).clusters().reachable(name));
    Instant now = clock.instant();
    return new Window(
        name,
        now,
        found.newest(),
        found.newest().map(it -> Math.max(0, Duration.between(it, now).toSeconds())),
        rto(name),
        found.lines(),
        found.moments(),
        found.unusable(),
        found.warnings());
  }

  private Optional<Rto> rto(String source) {
    return jdbc.sql(
            """
            SELECT result, ended_at FROM runs
             WHERE source = :source AND kind = 'test-restore' AND status = 'completed'
             ORDER BY ended_at DESC LIMIT 1
            """)
        .param("source", source)
        .query(
            (row, _) -> {
              var result = json.object(row.getString("result"));
              return new Rto(
                  result.get("recoveryTimeSeconds") instanceof Number it ? it.doubleValue() : 0,
                  String.valueOf(result.getOrDefault("backup", "")),
                  row.getObject("ended_at", OffsetDateTime.class).toInstant());
            })
        .optional();
  }
}
