package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Referenced;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Rows of tables that the tenant only points to. They are found again by their natural keys, or in
/// the database of the backup by the keys that it has itself, and what points to them is changed to
/// what they are called in the target.
///
/// The temporary table has what the backup says (`c0`, `c1`, …), what the target says (`n0`, …),
/// and whether it was found.
final class References {
  private final RestoreTables tables;
  private final List<BackedUpReference> references;
  private final Optional<String> operator;

  /// @param operator natural key of the row that stands for those that are missing where the map
  ///   says so
  References(RestoreTables tables, List<BackedUpReference> references, Optional<String> operator) {
    this.tables = tables;
    this.references = List.copyOf(references);
    this.operator = operator;
  }

  /// Which database a restore goes to.
  enum Origin {
    /// That of the backup: a row with the same key is the same row, whatever became of its name.
    SAME_DATABASE,
    OTHER_DATABASE
  }

  static String name(int number) {
    return "pg_temp.hf_reference_" + number;
  }

  /// How many there are; they are numbered from 0.
  int count() {
    return references.size();
  }

  String create(int number) {
    BackedUpReference reference = references.get(number);
    Table table = table(reference.name());
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < reference.columns().size(); i++) {
      columns.add("c" + i + " " + type(table, reference.columns().get(i)));
    }
    for (int i = 0; i < reference.pointed().size(); i++) {
      columns.add("n" + i + " " + type(table, reference.pointed().get(i)));
    }
    columns.add("found boolean NOT NULL DEFAULT false");
    return "CREATE TEMP TABLE hf_reference_"
        + number
        + " ("
        + String.join(", ", columns)
        + ") ON COMMIT DROP";
  }

  private Table table(QualifiedName name) {
    return tables
        .catalog()
        .table(name)
        .orElseThrow(
            () ->
                RestoreTables.differs(
                    "the database has no table " + name + ", to which rows of the backup point",
                    "Restore into a database with the schema of the backup."));
  }

  private static String type(Table table, String column) {
    return table
        .column(column)
        .orElseThrow(
            () ->
                RestoreTables.differs(
                    table.name() + " has no column " + column + ", to which rows point",
                    "Restore into a database with the schema of the backup."))
        .type();
  }

  String copyIn(int number) {
    return "COPY "
        + name(number)
        + " ("
        + numbered("c", 0, references.get(number).columns().size())
        + ") FROM STDIN (ENCODING 'UTF8')";
  }

  private static String numbered(String letter, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> letter + i).collect(Collectors.joining(", "));
  }

  /// Finds the rows in the target.
  List<String> find(int number, Origin origin) {
    BackedUpReference reference = references.get(number);
    List<String> sql = new ArrayList<>();
    switch (origin) {
      case SAME_DATABASE -> sql.add(found(number, reference, reference.pointed(), 0));
      case OTHER_DATABASE -> {}
    }
    sql.add(found(number, reference, reference.natural(), reference.pointed().size()));
    return sql;
  }

  /// What stands for the rows that were not found; empty if the map or nobody says so. Its value is
  /// how many there are.
  Optional<String> substitute(int number) {
    BackedUpReference reference = references.get(number);
    if (missing(reference.name()) != Referenced.Missing.MAP_TO_OPERATOR || operator.isEmpty()) {
      return Optional.empty();
    }
    if (reference.natural().size() != 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          reference.name() + " is matched by several columns, so no one value names an operator",
          "Let the map say 'missing: fail' or 'null' for it.");
    }
    String set =
        found(
            number,
            reference,
            StagedTable.column("p", reference.natural().getFirst())
                + " = "
                + SqlText.literal(operator.get()));
    return Optional.of("WITH put AS (" + set + " RETURNING 1) SELECT pg_catalog.count(*) FROM put");
  }

  /// How many rows of the backup are not found.
  static String lost(int number) {
    return "SELECT pg_catalog.count(*) FROM " + name(number) + " WHERE NOT found";
  }

  QualifiedName table(int number) {
    return references.get(number).name();
  }

  /// Of several rows that fit, none is meant.
  private String found(int number, BackedUpReference reference, List<String> by, int first) {
    String alone =
        " AND NOT EXISTS (SELECT FROM "
            + table(reference.name()).fromSql()
            + " q WHERE "
            + StagedTable.pairs("q", by, "p", by)
            + " AND (q.tableoid, q.ctid) <> (p.tableoid, p.ctid))";
    return found(
        number,
        reference,
        IntStream.range(0, by.size())
                .mapToObj(i -> StagedTable.column("p", by.get(i)) + " = r.c" + (first + i))
                .collect(Collectors.joining(" AND "))
            + alone);
  }

  private String found(int number, BackedUpReference reference, String condition) {
    return "UPDATE "
        + name(number)
        + " r SET found = true, "
        + IntStream.range(0, reference.pointed().size())
            .mapToObj(i -> "n" + i + " = " + StagedTable.column("p", reference.pointed().get(i)))
            .collect(Collectors.joining(", "))
        + " FROM "
        + table(reference.name()).fromSql()
        + " p WHERE NOT r.found AND "
        + condition;
  }

  /// A foreign key to a reference.
  ///
  /// @param positions of the target's columns within the reference's
  private record Pointer(ForeignKey key, int reference, List<Integer> positions) {}

  /// Changes what points to rows with other keys, and marks what points to nothing; empty if the
  /// table points to no reference. All of a row at once: a column can be part of several keys.
  Optional<String> rewrite(StagedTable staged) {
    List<Pointer> pointers = pointers(staged);
    if (pointers.isEmpty()) {
      return Optional.empty();
    }
    List<String> joins = new ArrayList<>();
    Map<String, List<String>> values = new LinkedHashMap<>();
    List<String> lost = new ArrayList<>();
    for (int i = 0; i < pointers.size(); i++) {
      Pointer pointer = pointers.get(i);
      String r = "r" + i;
      List<String> equal = new ArrayList<>();
      for (int c = 0; c < pointer.positions().size(); c++) {
        String column = pointer.key().columns().get(c);
        int position = pointer.positions().get(c);
        equal.add(StagedTable.column("o", column) + " = " + r + ".c" + position);
        values
            .computeIfAbsent(column, _ -> new ArrayList<>())
            .add(" WHEN " + r + ".found THEN " + r + ".n" + position);
      }
      joins.add(
          " LEFT JOIN "
              + name(pointer.reference())
              + " "
              + r
              + " ON "
              + String.join(" AND ", equal));
      missing(staged, pointer, r, values, lost);
    }
    return Optional.of(
        "UPDATE "
            + staged.stage()
            + " s SET "
            + values.entrySet().stream()
                .map(
                    value ->
                        quoted(value.getKey())
                            + " = CASE"
                            + String.join("", value.getValue())
                            + " ELSE "
                            + StagedTable.column("o", value.getKey())
                            + " END, ")
                .collect(Collectors.joining())
            + StagedTable.LOST
            + " = CASE"
            + (lost.isEmpty() ? " WHEN false THEN NULL" : String.join("", lost))
            + " END FROM "
            + staged.stage()
            + " o"
            + String.join("", joins)
            + " WHERE o.ctid = s.ctid");
  }

  private List<Pointer> pointers(StagedTable staged) {
    List<Pointer> pointers = new ArrayList<>();
    for (ForeignKey key : staged.table().foreignKeys()) {
      for (int i = 0; i < references.size(); i++) {
        List<String> pointed = references.get(i).pointed();
        if (key.target().equals(references.get(i).name())
            && staged.columns().containsAll(key.columns())
            && pointed.containsAll(key.targetColumns())) {
          List<Integer> positions = key.targetColumns().stream().map(pointed::indexOf).toList();
          pointers.add(new Pointer(key, i, positions));
        }
      }
    }
    return pointers;
  }

  /// What becomes of a row whose target was looked for and not found.
  private void missing(
      StagedTable staged,
      Pointer pointer,
      String r,
      Map<String, List<String>> values,
      List<String> lost) {
    List<String> columns = pointer.key().columns();
    boolean nullable = columns.stream().allMatch(column -> staged.columnOf(column).isNullable());
    if (nullable && missing(pointer.key().target()) == Referenced.Missing.NULL) {
      columns.forEach(
          column ->
              values
                  .computeIfAbsent(column, _ -> new ArrayList<>())
                  .add(" WHEN NOT " + r + ".found THEN NULL"));
    } else {
      lost.add(" WHEN NOT " + r + ".found THEN " + SqlText.literal(pointer.key().name()));
    }
  }

  private Referenced.Missing missing(QualifiedName name) {
    Referenced referenced = tables.map().referenced().get(name);
    return referenced == null ? Referenced.Missing.FAIL : referenced.missing();
  }
}
