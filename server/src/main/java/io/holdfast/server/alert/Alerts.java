package io.holdfast.server.alert;

import io.holdfast.engine.notify.AlertRules;
import io.holdfast.engine.notify.Event;
import io.holdfast.engine.notify.Incidents;
import io.holdfast.engine.notify.Notice;
import io.holdfast.engine.notify.Observation;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunRows;
import io.holdfast.server.schedule.PlannedSchedule;
import io.holdfast.server.schedule.ScheduleStore;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Finds what is wrong, and writes down what people shall be told of it. One node does that at a
/// time; what it saw, what is wrong and what is to be told change in one transaction.
public final class Alerts {
  private static final long LOCK = 0x686f6c64616c7274L;

  /// How many ends of runs are looked at with one transaction.
  private static final int BATCH = 500;

  /// Before that no run is unusually long, whatever is usual.
  private static final Duration UNUSUAL_MIN = Duration.ofMinutes(10);

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final CatalogJson json;
  private final ScheduleStore schedules;
  private final AlertRules rules;
  private final RunRows rows;
  private final AccountAlerts accounts;

  public Alerts(
      JdbcClient jdbc,
      TransactionOperations transactions,
      CatalogJson json,
      ScheduleStore schedules,
      AlertRules rules) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.json = json;
    this.schedules = schedules;
    this.rules = rules;
    this.rows = new RunRows(json);
    this.accounts = new AccountAlerts(jdbc);
  }

  /// Looks at the runs that have ended since the last look.
  public void lookAtEnds() {
    boolean more = true;
    while (more) {
      more = Boolean.TRUE.equals(transactions.execute(_ -> lookAtSomeEnds()));
    }
  }

  /// Looks at what time alone makes wrong. It reads every schedule: once a minute is enough.
  public void lookAtTime() {
    transactions.executeWithoutResult(_ -> lookAtTimeNow());
  }

  private boolean isOurs() {
    return jdbc.sql("SELECT pg_try_advisory_xact_lock(:lock)")
        .param("lock", LOCK)
        .query(Boolean.class)
        .single();
  }

  /// @return whether there may be more
  private boolean lookAtSomeEnds() {
    if (!isOurs()) {
      return false;
    }
    List<Ended> ended =
        jdbc.sql(
                """
                UPDATE runs SET told = true
                 WHERE id IN (SELECT id FROM runs WHERE ended_at IS NOT NULL AND NOT told
                               ORDER BY ended_at, id LIMIT :batch)
                RETURNING *
                """)
            .param("batch", BATCH)
            .query(
                (row, _) ->
                    new Ended(
                        rows.run(row),
                        row.getBoolean("retried")
                            ? RunFindings.Tries.GO_ON
                            : RunFindings.Tries.LAST))
            .list();
    List<Observation> observations = new ArrayList<>();
    List<Notice> news = new ArrayList<>();
    List<Ended> inOrder = ended.stream().sorted(Ended.OLDEST_FIRST).toList();
    inOrder.forEach(
        it -> {
          RunFindings findings = RunFindings.of(it.run(), it.tries(), rules);
          observations.addAll(findings.observations());
          news.addAll(findings.news());
          noteSuccess(it.run());
        });
    AccountAlerts.Seen seen = accounts.lookAtEnds(inOrder);
    observations.addAll(seen.observations());
    news.addAll(seen.news());
    tell(observations, news);
    return ended.size() == BATCH;
  }

  /// A run that has ended.
  record Ended(Run run, RunFindings.Tries tries) {
    static final java.util.Comparator<Ended> OLDEST_FIRST =
        java.util.Comparator.comparing((Ended it) -> it.run().endedAt().orElse(Instant.MAX))
            .thenComparing(it -> it.run().id());
  }

  private void noteSuccess(Run run) {
    switch (run.status()) {
      case COMPLETED -> {
        int _ =
            jdbc.sql(
                    """
                    INSERT INTO last_successes (source, kind, at) VALUES (:source, :kind, :at)
                    ON CONFLICT (source, kind) DO UPDATE
                      SET at = greatest(last_successes.at, EXCLUDED.at)
                    """)
                .param("source", run.source())
                .param("kind", run.request().kind())
                .param("at", time(run.endedAt().orElse(run.createdAt())))
                .update();
      }
      case PENDING, RUNNING, FAILED, CANCELLED, MISSED -> {}
    }
  }

  private void lookAtTimeNow() {
    if (!isOurs()) {
      return;
    }
    Instant now = now();
    List<Observation> observations = new ArrayList<>(longRuns(now));
    observations.addAll(accounts.lookAtTime());
    ScheduleStore.Scheduling scheduling = schedules.scheduling();
    switch (scheduling.state()) {
      case RUNNING -> observations.addAll(lateSchedules(scheduling.changedAt(), now));
      // Whoever stopped them expects nothing.
      case STOPPED -> {}
    }
    tell(observations, List.of());
  }

  /// How long those of accounts take depends on the account: nothing is usual there.
  private List<Observation> longRuns(Instant now) {
    List<Run> running =
        jdbc.sql(
                """
                SELECT * FROM runs WHERE status = 'running' AND account IS NULL
                   AND started_at < catalog_now() - :least * interval '1 s'
                """)
            .param("least", UNUSUAL_MIN.toSeconds())
            .query((row, _) -> rows.run(row))
            .list();
    List<Observation> observations = new ArrayList<>();
    for (Run run : running) {
      Duration soFar = Duration.between(run.startedAt().orElse(now), now);
      observations.addAll(
          rules.runGoesOn(
              RunFindings.subject(run.source(), run.request()),
              run.id().toString(),
              soFar,
              durations(run.source(), run.request().kind())));
    }
    return observations;
  }

  private List<Duration> durations(String source, String kind) {
    return jdbc.sql(
            """
            SELECT extract(epoch FROM ended_at - started_at) FROM runs
             WHERE source = :source AND kind = :kind AND status = 'completed'
             ORDER BY ended_at DESC LIMIT :most
            """)
        .param("source", source)
        .param("kind", kind)
        .param("most", AlertRules.USUAL_RUNS)
        .query((row, _) -> Duration.ofMillis(Math.round(row.getDouble(1) * 1000)))
        .list();
  }

  private List<Observation> lateSchedules(Instant started, Instant now) {
    Map<String, Instant> successes = new HashMap<>();
    jdbc.sql("SELECT source || '/' || kind AS subject, at FROM last_successes")
        .query(
            row -> {
              successes.put(row.getString("subject"), RunRows.instant(row, "at"));
            });
    List<Observation> observations = new ArrayList<>();
    for (PlannedSchedule schedule : schedules.list()) {
      RunRequest request = RunRequest.of(schedule.plan().job(), RunRequest.LATEST);
      if (RunFindings.isBackup(request)) {
        Instant since = schedule.since().isBefore(started) ? started : schedule.since();
        String subject = RunFindings.subject(schedule.plan().source(), request);
        observations.addAll(
            late(schedule, request, since, Optional.ofNullable(successes.get(subject)), now));
      }
    }
    return observations;
  }

  /// Looks closely only where the next slot has passed since the last success: before that nothing
  /// can be late, and a close look at a schedule is a look at a year.
  private List<Observation> late(
      PlannedSchedule schedule,
      RunRequest request,
      Instant since,
      Optional<Instant> success,
      Instant now) {
    // Named by the schedule: one of two on the same source may be late alone.
    String subject = schedule.plan().source() + "/" + schedule.plan().name();
    var times = schedule.plan().schedule();
    Instant from = success.filter(at -> at.isAfter(since)).orElse(since);
    Optional<Instant> next = times.next(from);
    if (next.isEmpty() || now.isBefore(next.get())) {
      String why = next.isEmpty() ? "It is disabled." : "The next one is not due yet.";
      return List.of(
          new Observation.Absent(Event.OVERDUE, subject, why),
          new Observation.Absent(Event.NEVER_SUCCEEDED, subject, why));
    }
    return success
        .map(
            at ->
                rules.overdue(
                    subject,
                    times,
                    since,
                    at,
                    durations(schedule.plan().source(), request.kind()),
                    now))
        .orElseGet(() -> rules.neverSucceeded(subject, times, since, now));
  }

  private void tell(List<Observation> observations, List<Notice> news) {
    if (observations.isEmpty() && news.isEmpty()) {
      return;
    }
    Instant now = now();
    Incidents before = open();
    Incidents.Judged judged = before.judge(observations, now);
    for (Incidents.Open open : before.open()) {
      if (!judged.after().open().contains(open)) {
        int _ =
            jdbc.sql("DELETE FROM incidents WHERE source = :source AND event = :event")
                .param("source", open.source())
                .param("event", open.event().word())
                .update();
      }
    }
    for (Incidents.Open open : judged.after().open()) {
      int _ =
          jdbc.sql(
                  """
                  INSERT INTO incidents (source, event, since) VALUES (:source, :event, :since)
                  ON CONFLICT DO NOTHING
                  """)
              .param("source", open.source())
              .param("event", open.event().word())
              .param("since", time(open.since()))
              .update();
    }
    news.forEach(notice -> write(notice, now));
    judged.notices().forEach(notice -> write(notice, now));
  }

  private void write(Notice notice, Instant now) {
    int _ =
        jdbc.sql(
                """
                INSERT INTO notices (id, notice, created_at) VALUES (:id, :notice::jsonb, :now)
                ON CONFLICT DO NOTHING
                """)
            .param("id", notice.id())
            .param("notice", json.text(notice))
            .param("now", time(now))
            .update();
  }

  /// What is wrong now.
  public Incidents open() {
    return new Incidents(
        jdbc.sql("SELECT source, event, since FROM incidents ORDER BY source, event")
            .query(
                (row, _) ->
                    new Incidents.Open(
                        Event.parse(row.getString("event")),
                        row.getString("source"),
                        RunRows.instant(row, "since")))
            .list());
  }

  private Instant now() {
    return jdbc.sql("SELECT catalog_now()").query(OffsetDateTime.class).single().toInstant();
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
