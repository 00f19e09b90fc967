package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.column;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.restore.RowSample.Kind;
import io.holdfast.tenant.restore.RowSample.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reads single rows of a plan, so that people see what would happen to them. *Confined.*
final class RowSamples {
  /// The server gives at most 1664 columns, of which three are needed for each that may change.
  private static final int COLUMNS_MAX = 500;

  private final DatabaseSession session;
  private final Cancellation cancellation;
  private final int rowsMax;

  /// @param rowsMax of each kind
  RowSamples(DatabaseSession session, Cancellation cancellation, int rowsMax) {
    this.session = session;
    this.cancellation = cancellation;
    this.rowsMax = Math.min(rowsMax, RowSample.ROWS_MAX);
  }

  /// The first rows of each kind, by their keys.
  ///
  /// @param plan says which kinds there are
  List<RowSample> read(StagedTable staged, TablePlan plan) throws IOException {
    List<RowSample> samples = new ArrayList<>();
    if (rowsMax <= 0) {
      return samples;
    }
    String whole = " FROM " + staged.stage() + " s LEFT JOIN " + target(staged, "s");
    String extra = " FROM " + staged.extra() + " s JOIN " + target(staged, "s");
    String written = "s." + StagedTable.WRITE;
    String free = "NOT " + written + " AND s." + StagedTable.REASON + " IS NULL";
    TablePlan.Work work = plan.work();
    if (work.inserts() > 0) {
      add(samples, staged, Kind.INSERT, whole, written + and(StagedTable.NEW));
    }
    if (work.updates() > 0) {
      add(samples, staged, Kind.UPDATE, whole, written + and(StagedTable.CHANGED));
    }
    if (work.deletes() > 0) {
      add(samples, staged, Kind.DELETE, extra, written);
    }
    if (plan.changed() > work.updates()) {
      add(samples, staged, Kind.DIFFERS, whole, free + and(StagedTable.CHANGED));
    }
    if (plan.extra() > work.deletes()) {
      add(samples, staged, Kind.EXTRA, extra, free);
    }
    if (!plan.blocked().isEmpty()) {
      String blocked = "s." + StagedTable.REASON + " IS NOT NULL";
      add(samples, staged, Kind.BLOCKED, whole, blocked);
      add(samples, staged, Kind.BLOCKED, extra, blocked);
    }
    return samples;
  }

  private static String target(StagedTable staged, String alias) {
    return staged.table().fromSql() + " t ON " + staged.sameKey("t", alias);
  }

  private static String and(char state) {
    return " AND s." + StagedTable.STATE + " = '" + state + "'";
  }

  private void add(
      List<RowSample> samples, StagedTable staged, Kind kind, String from, String condition)
      throws IOException {
    cancellation.throwIfRequested();
    List<String> key = staged.key().columns();
    List<String> columns = columns(staged, kind).stream().limit(COLUMNS_MAX).toList();
    String order = key.stream().map(name -> column("s", name)).collect(Collectors.joining(", "));
    List<String> selected = new ArrayList<>();
    key.forEach(name -> selected.add(text("s", name)));
    selected.add("s." + StagedTable.REASON);
    for (String name : columns) {
      switch (kind) {
        case INSERT -> selected.addAll(List.of("true", "NULL", text("s", name)));
        case DELETE -> selected.addAll(List.of("true", text("t", name), "NULL"));
        case UPDATE, DIFFERS ->
            selected.addAll(
                List.of(
                    "NOT (" + staged.same("s", "t", List.of(name)) + ")",
                    text("t", name),
                    text("s", name)));
        case EXTRA, BLOCKED -> {}
      }
    }
    String sql =
        "SELECT "
            + String.join(", ", selected)
            + from
            + " WHERE "
            + condition
            + " ORDER BY "
            + order
            + " LIMIT "
            + rowsMax;
    for (List<String> row : session.query(sql)) {
      samples.add(sample(staged, kind, key, columns, row));
    }
  }

  private static List<String> columns(StagedTable staged, Kind kind) {
    return switch (kind) {
      case INSERT, DELETE -> staged.compared();
      case UPDATE -> staged.written();
      case DIFFERS -> staged.compared();
      case EXTRA, BLOCKED -> List.of();
    };
  }

  /// Begins with a sign, so that it can be told from null.
  private static String text(String alias, String name) {
    return "'=' || pg_catalog.left("
        + column(alias, name)
        + "::pg_catalog.text, "
        + RowSample.TEXT_MAX
        + ")";
  }

  private static RowSample sample(
      StagedTable staged, Kind kind, List<String> key, List<String> columns, List<String> row) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (int i = 0; i < key.size(); i++) {
      keys.put(key.get(i), value(row.get(i)).orElse(""));
    }
    int at = key.size() + 1;
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < columns.size() && at + 3 * i + 2 < row.size(); i++) {
      if (row.get(at + 3 * i).equals("t")) {
        Optional<String> now = value(row.get(at + 3 * i + 1));
        values.add(new Value(columns.get(i), now, value(row.get(at + 3 * i + 2))));
      }
    }
    String why = row.get(key.size());
    return new RowSample(
        staged.name(),
        kind,
        keys,
        why.isEmpty() ? Optional.empty() : Optional.of(Reason.of(why)),
        values);
  }

  private static Optional<String> value(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text.substring(1));
  }
}
