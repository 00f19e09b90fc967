package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.scope.ColumnName;
import java.util.stream.Collectors;

/// Lifts sequences that would give numbers which rows have.
final class Sequences {
  private Sequences() {}

  /// Behind the rows that are written.
  static String behindWritten(StagedTable staged, String column, QualifiedName sequence) {
    return lift(
        sequence,
        "SELECT "
            + StagedTable.column("s", column)
            + " FROM "
            + staged.stage()
            + " s WHERE s."
            + StagedTable.WRITE
            + " AND s."
            + StagedTable.STATE
            + " = '"
            + StagedTable.NEW
            + "'");
  }

  /// Behind all rows of the target that have such numbers, and all that are known.
  static String behindAll(RestoreTables tables, ValueGroup group, QualifiedName sequence) {
    return lift(
        sequence,
        group.homes().stream()
                .map(home -> ends(tables, home, sequence))
                .collect(Collectors.joining(" UNION ALL "))
            + " UNION ALL SELECT new::pg_catalog.numeric FROM "
            + Renewal.table(group));
  }

  /// The largest and the smallest number that the sequence could give, as an index finds them.
  private static String ends(RestoreTables tables, ColumnName home, QualifiedName sequence) {
    String from =
        quoted(home.column())
            + ")::pg_catalog.numeric FROM "
            + tables.find(home.table()).orElseThrow().table().fromSql()
            + " WHERE "
            + quoted(home.column());
    return "SELECT pg_catalog.max("
        + from
        + " <= (SELECT q.seqmax"
        + of(sequence)
        + ") UNION ALL SELECT pg_catalog.min("
        + from
        + " >= (SELECT q.seqmin"
        + of(sequence)
        + ")";
  }

  private static String of(QualifiedName sequence) {
    return " FROM pg_catalog.pg_sequence q WHERE q.seqrelid = "
        + SqlText.literal(sequence.sql())
        + "::pg_catalog.regclass";
  }

  private static String lift(QualifiedName sequence, String numbers) {
    return "SELECT pg_catalog.setval("
        + SqlText.literal(sequence.sql())
        + "::pg_catalog.regclass, m.most::pg_catalog.int8) FROM (SELECT CASE WHEN q.seqincrement > 0"
        + " THEN pg_catalog.max(a.n) ELSE pg_catalog.min(a.n) END AS most, q.seqincrement FROM"
        + " (SELECT q.seqincrement, q.seqmin, q.seqmax"
        + of(sequence)
        + ") q LEFT JOIN ("
        + numbers
        + ") a (n) ON a.n BETWEEN q.seqmin AND q.seqmax GROUP BY q.seqincrement) m, "
        + sequence.sql()
        + " now WHERE (m.most - now.last_value) * pg_catalog.sign(m.seqincrement) > 0 OR (m.most ="
        + " now.last_value AND NOT now.is_called)";
  }
}
