package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import io.holdfast.server.catalog.CatalogJson;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Runs in the catalog.
public final class SqlRunStore implements RunStore {
  private static final String NEXT =
      """
      UPDATE runs SET status = 'running', node = :node, token = nextval('run_tokens'),
             started_at = catalog_now(), lease_until = catalog_now() + :lease * interval '1 ms'
       WHERE id = (SELECT r.id FROM runs r
                    WHERE r.status = 'pending' AND r.not_before <= catalog_now()
                      AND r.kind IN (:kinds)
                      AND NOT EXISTS (SELECT FROM runs o
                                       WHERE o.status = 'running' AND o.resource = r.resource)
                    ORDER BY r.not_before, r.id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING *
      """;

  private static final String AGAIN =
      """
      INSERT INTO runs (id, kind, request, source, resource, account, origin, requested_by, schedule,
             slot, attempt, attempts_max, deadline_ms, follow, status, not_before, created_at)
      SELECT :next, kind, request, source, resource, account, origin, requested_by, schedule,
             slot, attempt + 1, attempts_max, deadline_ms, follow, 'pending', catalog_now() + :pause * interval '1 ms',
             catalog_now()
        FROM runs WHERE id = :id AND attempt < attempts_max AND NOT cancel_requested
      """;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final RunRows rows;
  private final RunRequests requests;
  private final CatalogJson json;
  private final Supplier<UUID> ids;

  /// @param ids makes unique ones
  public SqlRunStore(
      JdbcClient jdbc, TransactionOperations transactions, CatalogJson json, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.rows = new RunRows(json);
    this.requests = new RunRequests(json);
    this.json = json;
    this.ids = ids;
  }

  @Override
  public Instant now() {
    return jdbc.sql("SELECT catalog_now()").query(OffsetDateTime.class).single().toInstant();
  }

  @Override
  public Optional<UUID> submit(NewRun run) {
    return insert(run, RunStatus.PENDING, Optional.empty());
  }

  @Override
  public Optional<UUID> miss(NewRun run, MissedSlots missed) {
    return insert(run, RunStatus.MISSED, Optional.of(missed));
  }

  private Optional<UUID> insert(NewRun run, RunStatus status, Optional<MissedSlots> missed) {
    UUID id = ids.get();
    Optional<Origin.Schedule> schedule =
        run.origin() instanceof Origin.Schedule due ? Optional.of(due) : Optional.empty();
    int inserted =
        jdbc.sql(
                """
                INSERT INTO runs (id, kind, request, source, resource, account, origin, requested_by,
                       schedule, slot, attempts_max, deadline_ms, follow, status, not_before, created_at,
                       ended_at, error_message, missed_count, missed_from)
                VALUES (:id, :kind, :request::jsonb, :source, :resource, :account, :origin, :by, :schedule,
                       :slot, :attempts, :deadline, string_to_array(:follow, ','), :status,
                       catalog_now(), catalog_now(),
                       CASE WHEN :status = 'pending' THEN NULL ELSE catalog_now() END, :why,
                       :missed, :from)
                ON CONFLICT DO NOTHING
                """)
            .param("id", id)
            .param("kind", run.request().kind())
            .param("request", requests.details(run.request()))
            .param("source", run.source())
            .param("resource", run.resource())
            .param("account", run.account().orElse(null))
            .param("origin", run.origin().word())
            .param("by", run.origin().requestedBy().orElse(null))
            .param("schedule", schedule.map(Origin.Schedule::schedule).orElse(null))
            .param("slot", schedule.map(due -> due.slot().atOffset(ZoneOffset.UTC)).orElse(null))
            .param("attempts", run.terms().attempts())
            .param("deadline", run.terms().deadline().toMillis())
            .param("follow", String.join(",", run.terms().then().stream().map(Job::word).toList()))
            .param("status", status.word())
            .param("why", missed.map(MissedSlots::why).orElse(null))
            .param("missed", missed.map(MissedSlots::count).orElse(0L))
            .param("from", missed.map(m -> m.first().atOffset(ZoneOffset.UTC)).orElse(null))
            .update();
    return inserted == 0 ? Optional.empty() : Optional.of(id);
  }

  @Override
  public Optional<Claim> claim(String node, Duration lease) {
    try {
      return jdbc.sql(NEXT)
          .param("node", node)
          .param("lease", lease.toMillis())
          .param("kinds", RunRequests.KINDS)
          .query((row, _) -> new Claim(rows.run(row), row.getLong("token")))
          .optional();
    } catch (DuplicateKeyException _) {
      // Another node took a run of the same resource between our look and our change.
      return Optional.empty();
    }
  }

  @Override
  public Renewal renew(Claim claim, RunProgress progress, Duration lease) {
    return jdbc.sql(
            """
            UPDATE runs SET lease_until = catalog_now() + :lease * interval '1 ms',
                   progress = :progress::jsonb
             WHERE id = :id AND token = :token AND status = 'running'
            RETURNING cancel_requested
            """)
        .param("lease", lease.toMillis())
        .param("progress", json.text(progress))
        .param("id", claim.run().id())
        .param("token", claim.token())
        .query(Boolean.class)
        .optional()
        .map(cancel -> cancel ? Renewal.CANCEL_REQUESTED : Renewal.HELD)
        .orElse(Renewal.LOST);
  }

  @Override
  public boolean end(Claim claim, Outcome outcome, Duration pause) {
    return switch (outcome) {
      case Outcome.Completed(var result) ->
          Boolean.TRUE.equals(
              transactions.execute(
                  _ -> {
                    boolean ended =
                        finish(claim, RunStatus.COMPLETED, Optional.of(result), Optional.empty());
                    if (ended) {
                      NewRun.following(claim.run(), result).ifPresent(this::follow);
                    }
                    return ended;
                  }));
      case Outcome.Cancelled() ->
          finish(claim, RunStatus.CANCELLED, Optional.empty(), Optional.empty());
      case Outcome.Failed(var failure) ->
          Boolean.TRUE.equals(
              transactions.execute(
                  _ -> {
                    boolean ended =
                        finish(claim, RunStatus.FAILED, Optional.empty(), Optional.of(failure));
                    if (ended && failure.again() == Failure.Chance.MAY_HELP) {
                      again(claim.run().id(), pause);
                    }
                    return ended;
                  }));
    };
  }

  private void follow(NewRun next) {
    Optional<UUID> _ =
        switch (next.origin()) {
          case Origin.Schedule(var schedule, var slot) ->
              hasOpen(schedule) ? miss(next, MissedSlots.overlap(1, slot)) : submit(next);
          case Origin.Request _ -> submit(next);
        };
  }

  private boolean finish(
      Claim claim,
      RunStatus status,
      Optional<Map<String, Object>> result,
      Optional<Failure> failure) {
    return jdbc.sql(
                """
                UPDATE runs SET status = :status, ended_at = catalog_now(), lease_until = NULL,
                       result = :result::jsonb, error_code = :code, error_message = :message,
                       error_hint = :hint
                 WHERE id = :id AND token = :token AND status = 'running'
                """)
            .param("status", status.word())
            .param("result", result.map(json::text).orElse(null))
            .param("code", failure.map(Failure::code).orElse(null))
            .param("message", failure.map(Failure::message).map(CatalogJson::plain).orElse(null))
            .param("hint", failure.map(Failure::hint).map(CatalogJson::plain).orElse(null))
            .param("id", claim.run().id())
            .param("token", claim.token())
            .update()
        == 1;
  }

  private void again(UUID id, Duration pause) {
    int queued =
        jdbc.sql(AGAIN)
            .param("next", ids.get())
            .param("pause", pause.toMillis())
            .param("id", id)
            .update();
    if (queued == 1) {
      int _ = jdbc.sql("UPDATE runs SET retried = true WHERE id = :id").param("id", id).update();
    }
  }

  @Override
  public List<UUID> endAbandoned(Duration pause) {
    List<UUID> ended = new ArrayList<>();
    var _ =
        transactions.execute(
            _ -> {
              for (Run run : abandoned()) {
                Failure failure = Failure.abandoned(run.node().orElse("?"));
                int _ =
                    jdbc.sql(
                            """
                            UPDATE runs SET status = 'failed', ended_at = catalog_now(),
                                   lease_until = NULL, error_code = :code, error_message = :message,
                                   error_hint = :hint
                             WHERE id = :id
                            """)
                        .param("code", failure.code())
                        .param("message", failure.message())
                        .param("hint", failure.hint())
                        .param("id", run.id())
                        .update();
                again(run.id(), pause);
                ended.add(run.id());
              }
              return ended;
            });
    return ended;
  }

  private List<Run> abandoned() {
    return jdbc.sql(
            """
            SELECT * FROM runs WHERE status = 'running' AND lease_until < catalog_now()
             ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
            """)
        .query((row, _) -> rows.run(row))
        .list();
  }

  @Override
  public boolean requestCancel(UUID id) {
    return jdbc.sql(
                """
                UPDATE runs SET cancel_requested = cancel_requested OR ended_at IS NULL,
                       status = CASE WHEN status = 'pending' THEN 'cancelled' ELSE status END,
                       ended_at = CASE WHEN status = 'pending' THEN catalog_now() ELSE ended_at END
                 WHERE id = :id
                """)
            .param("id", id)
            .update()
        == 1;
  }

  @Override
  public boolean hasOpen(String schedule) {
    return jdbc.sql(
            "SELECT EXISTS (SELECT FROM runs WHERE schedule = :schedule AND ended_at IS NULL)")
        .param("schedule", schedule)
        .query(Boolean.class)
        .single();
  }

  @Override
  public Optional<Run> find(UUID id) {
    return jdbc.sql("SELECT * FROM runs WHERE id = :id")
        .param("id", id)
        .query((row, _) -> rows.run(row))
        .optional();
  }

  @Override
  public List<Run> list(RunFilter filter, int limit, int offset) {
    return filtered(
            "SELECT * FROM runs",
            filter,
            "ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset")
        .param("limit", limit)
        .param("offset", offset)
        .query((row, _) -> rows.run(row))
        .list();
  }

  @Override
  public long count(RunFilter filter) {
    return filtered("SELECT count(*) FROM runs", filter, "").query(Long.class).single();
  }

  private JdbcClient.StatementSpec filtered(String select, RunFilter filter, String end) {
    List<String> conditions = new ArrayList<>();
    filter.source().ifPresent(_ -> conditions.add("source = :source"));
    filter.kind().ifPresent(_ -> conditions.add("kind = :kind"));
    filter.status().ifPresent(_ -> conditions.add("status = :status"));
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    JdbcClient.StatementSpec statement = jdbc.sql(select + where + " " + end);
    filter.source().ifPresent(source -> statement.param("source", source));
    filter.kind().ifPresent(kind -> statement.param("kind", kind));
    filter.status().ifPresent(status -> statement.param("status", status.word()));
    return statement;
  }

  @Override
  public void log(UUID id, List<String> lines) {
    for (String line : lines) {
      int _ =
          jdbc.sql(
                  """
                  INSERT INTO run_log (run, line, text)
                  SELECT :id, coalesce(max(line), 0) + 1, :text FROM run_log WHERE run = :id
                  """)
              .param("id", id)
              .param("text", CatalogJson.plain(line))
              .update();
    }
  }

  @Override
  public List<LogLine> logOf(UUID id, int limit) {
    return jdbc.sql(
            """
            SELECT at, text FROM (SELECT * FROM run_log WHERE run = :id
                                   ORDER BY line DESC LIMIT :limit) newest
             ORDER BY line
            """)
        .param("id", id)
        .param("limit", limit)
        .query((row, _) -> new LogLine(RunRows.instant(row, "at"), row.getString("text")))
        .list();
  }
}
