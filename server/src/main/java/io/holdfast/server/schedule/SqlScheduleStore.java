package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Plan;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.schedule.PlannedSchedule.DefinedBy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Schedules in the catalog.
public final class SqlScheduleStore implements ScheduleStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqlScheduleStore.class);

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final PlanJson plans;

  public SqlScheduleStore(JdbcClient jdbc, TransactionOperations transactions, CatalogJson json) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.plans = new PlanJson(json);
  }

  @Override
  public void define(Collection<Plan> wanted) {
    transactions.executeWithoutResult(_ -> defineNow(wanted));
  }

  private void defineNow(Collection<Plan> wanted) {
    // Two nodes that start at once define one after another.
    int _ = jdbc.sql("LOCK TABLE schedules IN EXCLUSIVE MODE").update();
    Instant now = now();
    Map<String, Row> known = new HashMap<>();
    rows("").forEach(row -> known.put(row.name(), row));
    for (Plan plan : wanted) {
      Optional<Row> before = Optional.ofNullable(known.remove(plan.name()));
      Optional<PlannedSchedule> readable = before.flatMap(this::readable);
      boolean keepsTime =
          readable.filter(it -> it.plan().schedule().equals(plan.schedule())).isPresent();
      Instant handled = keepsTime ? readable.get().handled() : now;
      Instant since = keepsTime ? readable.get().since() : now;
      put(PlannedSchedule.from(plan, DefinedBy.FILE, since, handled));
    }
    known.values().stream()
        .filter(row -> row.definedBy() == DefinedBy.FILE)
        .forEach(
            row -> {
              int _ =
                  jdbc.sql("DELETE FROM schedules WHERE name = :name")
                      .param("name", row.name())
                      .update();
            });
  }

  private void put(PlannedSchedule schedule) {
    int _ =
        jdbc.sql(
                """
                INSERT INTO schedules (name, plan, origin, since, handled, next_due)
                VALUES (:name, :plan::jsonb, :origin, :since, :handled, :next)
                ON CONFLICT (name) DO UPDATE SET plan = EXCLUDED.plan, origin = EXCLUDED.origin,
                       since = EXCLUDED.since, handled = EXCLUDED.handled, next_due = EXCLUDED.next_due
                """)
            .param("name", schedule.plan().name())
            .param("plan", plans.text(schedule.plan()))
            .param("origin", schedule.definedBy().name().toLowerCase(Locale.ROOT))
            .param("since", time(schedule.since()))
            .param("handled", time(schedule.handled()))
            .param("next", schedule.nextDue().map(SqlScheduleStore::time).orElse(null))
            .update();
  }

  @Override
  public int handleDue(int max, Handling handling) {
    return Optional.ofNullable(transactions.execute(_ -> handleNow(max, handling))).orElse(0);
  }

  private int handleNow(int max, Handling handling) {
    Scheduling scheduling = scheduling();
    Instant now = now();
    List<Row> due =
        rows(
            """
            WHERE next_due <= catalog_now() ORDER BY next_due, name
            LIMIT %d FOR UPDATE SKIP LOCKED
            """
                .formatted(max));
    for (Row row : due) {
      Optional<PlannedSchedule> schedule = readable(row);
      if (schedule.isEmpty()) {
        // A newer server's; it finds it as it was.
        postpone(row.name());
        continue;
      }
      handleOne(notBefore(schedule.get(), scheduling.changedAt()), now, handling);
    }
    return due.size();
  }

  /// One whose rules fail blocks no other.
  private void handleOne(PlannedSchedule schedule, Instant now, Handling handling) {
    try {
      Instant handled = handling.handle(schedule, now).orElse(schedule.handled());
      put(PlannedSchedule.from(schedule.plan(), schedule.definedBy(), schedule.since(), handled));
    } catch (DataAccessException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("schedule {} fails by a mistake of Holdfast", schedule.plan().name(), e);
      postpone(schedule.plan().name());
    }
  }

  /// What passed while nothing was carried out is no slot of anything.
  private static PlannedSchedule notBefore(PlannedSchedule schedule, Instant start) {
    return schedule.handled().isBefore(start)
        ? PlannedSchedule.from(schedule.plan(), schedule.definedBy(), schedule.since(), start)
        : schedule;
  }

  private void postpone(String name) {
    int _ =
        jdbc.sql(
                "UPDATE schedules SET next_due = catalog_now() + interval '1 min' WHERE name = :name")
            .param("name", name)
            .update();
  }

  @Override
  public List<PlannedSchedule> list() {
    return rows("ORDER BY name").stream().flatMap(row -> readable(row).stream()).toList();
  }

  @Override
  public Scheduling scheduling() {
    return jdbc.sql("SELECT running, changed_at, changed_by FROM scheduling")
        .query(
            (row, _) ->
                new Scheduling(
                    row.getBoolean("running") ? State.RUNNING : State.STOPPED,
                    row.getObject("changed_at", OffsetDateTime.class).toInstant(),
                    row.getString("changed_by")))
        .single();
  }

  @Override
  public void start(String by) {
    change(State.RUNNING, by);
  }

  @Override
  public void stop(String by) {
    change(State.STOPPED, by);
  }

  private void change(State state, String by) {
    int _ =
        jdbc.sql(
                """
                UPDATE scheduling SET running = :running, changed_at = catalog_now(), changed_by = :by
                 WHERE running <> :running
                """)
            .param("running", state == State.RUNNING)
            .param("by", by)
            .update();
  }

  private record Row(
      String name,
      String plan,
      DefinedBy definedBy,
      Instant since,
      Instant handled,
      @Nullable OffsetDateTime nextDue) {}

  private List<Row> rows(String rest) {
    return jdbc.sql("SELECT name, plan, origin, since, handled, next_due FROM schedules " + rest)
        .query((row, _) -> row(row))
        .list();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("name"),
        row.getString("plan"),
        DefinedBy.valueOf(row.getString("origin").toUpperCase(Locale.ROOT)),
        row.getObject("since", OffsetDateTime.class).toInstant(),
        row.getObject("handled", OffsetDateTime.class).toInstant(),
        row.getObject("next_due", OffsetDateTime.class));
  }

  private Optional<PlannedSchedule> readable(Row row) {
    try {
      return Optional.of(
          new PlannedSchedule(
              plans.plan(row.name(), row.plan()),
              row.definedBy(),
              row.since(),
              row.handled(),
              Optional.ofNullable(row.nextDue()).map(OffsetDateTime::toInstant)));
    } catch (RuntimeException e) {
      LOG.warn("schedule {} is not for this server: {}", row.name(), e.toString());
      return Optional.empty();
    }
  }

  private Instant now() {
    return jdbc.sql("SELECT catalog_now()").query(OffsetDateTime.class).single().toInstant();
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
