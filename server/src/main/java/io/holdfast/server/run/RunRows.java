package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import io.holdfast.server.catalog.CatalogJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads rows of the table of runs.
public final class RunRows {
  private final CatalogJson json;
  private final RunRequests requests;

  public RunRows(CatalogJson json) {
    this.json = json;
    this.requests = new RunRequests(json);
  }

  /// All columns must be there.
  public Run run(ResultSet row) throws SQLException {
    @Nullable String result = row.getString("result");
    return new Run(
        row.getObject("id", UUID.class),
        requests.of(row.getString("kind"), row.getString("request")),
        row.getString("source"),
        origin(row),
        row.getInt("attempt"),
        terms(row),
        RunStatus.of(row.getString("status")),
        instant(row, "not_before"),
        instant(row, "created_at"),
        maybe(row, "started_at"),
        maybe(row, "ended_at"),
        Optional.ofNullable(row.getString("node")),
        progress(row.getString("progress")),
        result == null ? Map.of() : json.object(result),
        failure(row),
        missed(row));
  }

  private static RunTerms terms(ResultSet row) throws SQLException {
    String[] then = (String[]) row.getArray("follow").getArray();
    return new RunTerms(
        row.getInt("attempts_max"),
        Duration.ofMillis(row.getLong("deadline_ms")),
        Arrays.stream(then).map(Job::parse).toList());
  }

  private RunProgress progress(String text) {
    return text.equals("{}") ? RunProgress.NONE : json.value(text, RunProgress.class);
  }

  private static Origin origin(ResultSet row) throws SQLException {
    @Nullable String schedule = row.getString("schedule");
    return schedule == null
        ? new Origin.Request(Optional.ofNullable(row.getString("requested_by")).orElse(""))
        : new Origin.Schedule(schedule, instant(row, "slot"));
  }

  private static Optional<MissedSlots> missed(ResultSet row) throws SQLException {
    long count = row.getLong("missed_count");
    return count == 0
        ? Optional.empty()
        : Optional.of(
            new MissedSlots(count, instant(row, "missed_from"), row.getString("error_message")));
  }

  private static Optional<Failure> failure(ResultSet row) throws SQLException {
    @Nullable String message = row.getString("error_message");
    return message == null || row.getLong("missed_count") > 0
        ? Optional.empty()
        : Optional.of(
            new Failure(
                Optional.ofNullable(row.getString("error_code")).orElse(""),
                message,
                Optional.ofNullable(row.getString("error_hint")).orElse(""),
                Failure.Chance.POINTLESS));
  }

  /// A time that is never null.
  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static Optional<Instant> maybe(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
