package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;
import static io.holdfast.tenant.restore.StagedTable.column;
import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Keeps rows of a backup back that are erased, with everything that would go with them.
/// *Confined.*
final class Withholding {
  /// A column of the temporary tables that no table of a user has.
  private static final String ERASED = "\"holdfast: erased\"";

  private static final int ROWS_AT_ONCE = 1_000;
  private static final int ROUNDS_MAX = 100_000;

  private final DatabaseSession session;
  private final Cancellation cancellation;
  private final RestoreTables tables;
  private final Following following;
  private final List<String> remarks = new ArrayList<>();

  Withholding(
      DatabaseSession session,
      Cancellation cancellation,
      RestoreTables tables,
      Membership membership) {
    this.session = session;
    this.cancellation = cancellation;
    this.tables = tables;
    this.following = new Following(tables, membership);
  }

  /// Makes room for marks.
  void begin() throws IOException {
    for (StagedTable staged : tables.all()) {
      session.query(
          "ALTER TABLE "
              + staged.stage()
              + " ADD COLUMN "
              + ERASED
              + " boolean NOT NULL DEFAULT false");
    }
  }

  /// Finds the rows; when those of the backup were loaded, before they are compared.
  void mark(Collection<ErasedRow> erased) throws IOException {
    // Tombstones of one table name the same columns, unless its key was another one once.
    var alike =
        erased.stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.table().text() + " " + row.key().keySet(), Collectors.toList()));
    for (List<ErasedRow> rows : alike.values()) {
      if (tables.catalog().table(rows.getFirst().table()).isEmpty()) {
        remarks.add(
            rows.getFirst().table()
                + " is not there, of which "
                + rows.size()
                + (rows.size() == 1 ? " row was" : " rows were")
                + " erased: if it has another name now, erase them by that one too");
      }
      for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
        List<ErasedRow> some = rows.subList(from, Math.min(rows.size(), from + ROWS_AT_ONCE));
        for (String sql : seeds(some)) {
          cancellation.throwIfRequested();
          session.query(sql);
        }
      }
    }
    spread();
    forget();
  }

  /// Statements that mark the rows themselves, or, where their table is not in the scope, those
  /// that would have gone with them.
  private List<String> seeds(List<ErasedRow> rows) {
    QualifiedName name = rows.getFirst().table();
    List<String> columns = List.copyOf(rows.getFirst().key().keySet());
    Optional<StagedTable> staged = tables.find(name);
    if (staged.isPresent()) {
      requireColumns(staged.get(), columns);
      return List.of(seed(staged.get(), columns, columns, rows));
    }
    List<String> sql = new ArrayList<>();
    for (StagedTable child : tables.all()) {
      for (ForeignKey key : keysOutOf(child, name)) {
        if (key.onDelete() == Action.CASCADE
            && Set.copyOf(key.targetColumns()).equals(Set.copyOf(columns))
            && child.columns().containsAll(key.columns())) {
          sql.add(seed(child, key.columns(), key.targetColumns(), rows));
        }
      }
    }
    return sql;
  }

  private List<ForeignKey> keysOutOf(StagedTable child, QualifiedName target) {
    return child.table().foreignKeys().stream()
        .filter(
            key ->
                tables
                    .catalog()
                    .whole(key.target())
                    .map(Table::name)
                    .orElse(key.target())
                    .equals(target))
        .toList();
  }

  private static void requireColumns(StagedTable staged, List<String> columns) {
    for (String column : columns) {
      if (!staged.columns().contains(column)) {
        throw RestoreTables.differs(
            "rows of "
                + staged.name()
                + " were erased by their column "
                + column
                + ", which is not there any more",
            "Erase them by the key of today ('holdfast erasure list' and 'add'), then withdraw the"
                + " erasures by the old one with 'holdfast erasure remove'.");
      }
    }
  }

  /// @param own columns of the table
  /// @param key the columns of the erased rows that they are held against
  private static String seed(
      StagedTable staged, List<String> own, List<String> key, List<ErasedRow> rows) {
    String values =
        rows.stream()
            .map(
                row ->
                    key.stream()
                        .map(column -> SqlText.literal(row.key().getOrDefault(column, "")))
                        .collect(Collectors.joining(", ", "(", ")")))
            .collect(Collectors.joining(", "));
    List<String> names = new ArrayList<>();
    List<String> same = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      names.add("k" + i);
      same.add(column("s", own.get(i)) + "::pg_catalog.text COLLATE \"C\" = e.k" + i);
    }
    return "UPDATE "
        + staged.stage()
        + " s SET "
        + ERASED
        + " = true FROM (VALUES "
        + values
        + ") e ("
        + String.join(", ", names)
        + ") WHERE "
        + String.join(" AND ", same);
  }

  /// Marks what goes with marked rows, until nothing is added.
  private void spread() throws IOException {
    List<String> statements = new ArrayList<>();
    for (StagedTable child : tables.all()) {
      for (StagedTable parent : tables.all()) {
        for (String condition : following.conditions(child, parent)) {
          statements.add(follow(child, parent, condition));
        }
      }
    }
    boolean again = true;
    for (int round = 0; again && round < ROUNDS_MAX; round++) {
      again = false;
      for (String sql : statements) {
        cancellation.throwIfRequested();
        again |= !session.value(sql).equals("0");
      }
    }
  }

  private static String follow(StagedTable child, StagedTable parent, String condition) {
    return "WITH more AS (UPDATE "
        + child.stage()
        + " c SET "
        + ERASED
        + " = true WHERE NOT c."
        + ERASED
        + " AND EXISTS (SELECT FROM "
        + parent.stage()
        + " t WHERE t."
        + ERASED
        + " AND "
        + condition
        + ") RETURNING 1) SELECT pg_catalog.count(*) FROM more";
  }

  /// Takes the references away that the database takes away when a row goes.
  private void forget() throws IOException {
    for (StagedTable child : tables.all()) {
      for (StagedTable parent : tables.all()) {
        for (ForeignKey key : following.keys(child, parent)) {
          if (key.onDelete() == Action.SET_NULL && isNullable(child, key)) {
            session.query(
                "UPDATE "
                    + child.stage()
                    + " c SET "
                    + key.columns().stream()
                        .map(name -> quoted(name) + " = NULL")
                        .collect(Collectors.joining(", "))
                    + " WHERE NOT c."
                    + ERASED
                    + " AND EXISTS (SELECT FROM "
                    + parent.stage()
                    + " t WHERE t."
                    + ERASED
                    + " AND "
                    + pairs("c", key.columns(), "t", key.targetColumns())
                    + ")");
          }
        }
      }
    }
  }

  private static boolean isNullable(StagedTable child, ForeignKey key) {
    return child.columns().containsAll(key.columns())
        && key.columns().stream().allMatch(name -> child.columnOf(name).isNullable());
  }

  /// Takes them out of the plan; those that would not have been written are not told of.
  static String withhold(StagedTable staged) {
    return "UPDATE "
        + staged.stage()
        + " SET "
        + StagedTable.WRITE
        + " = false, "
        + StagedTable.REASON
        + " = "
        + SqlText.literal(Reason.ERASED.word())
        + " WHERE "
        + ERASED
        + " AND "
        + StagedTable.WRITE;
  }

  /// What a person should know; after [#mark].
  List<String> remarks() {
    return List.copyOf(remarks);
  }

  /// Names of files that only erased rows have.
  Set<String> files(StagedTable staged, String column) throws IOException {
    String key = column("s", column) + "::pg_catalog.text";
    String from = " FROM " + staged.stage() + " s WHERE " + column("s", column) + " IS NOT NULL";
    Set<String> names = new HashSet<>();
    for (List<String> row :
        session.query(
            "SELECT " + key + from + " GROUP BY 1 HAVING pg_catalog.bool_and(s." + ERASED + ")")) {
      names.add(row.getFirst());
    }
    return names;
  }
}
