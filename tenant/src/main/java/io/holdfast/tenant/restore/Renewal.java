package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.copy.Making;
import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.restore.Goal.Copy;
import io.holdfast.tenant.restore.Goal.Numbers;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.KeyPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Makes the staged rows of one tenant those of another: ids are made anew, and what points to them
/// follows. After that a copy is a restore of rows that are not there yet.
///
/// For each group of columns a temporary table has the values of the backup (`old`) and what they
/// become (`new`), as text.
final class Renewal {
  private static final String UUID =
      "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

  /// An id of so many characters stands in a path for nothing else, such as a UUID.
  private static final int UNMISTAKABLE = 16;

  private final RestoreTables tables;
  private final CopyRules rules;
  private final Copy copy;

  Renewal(RestoreTables tables, CopyRules rules, Copy copy) {
    this.tables = tables;
    this.rules = rules;
    this.copy = copy;
  }

  static String table(ValueGroup group) {
    return "pg_temp.hf_values_" + group.number();
  }

  static String create(ValueGroup group) {
    return "CREATE TEMP TABLE hf_values_"
        + group.number()
        + " (old pg_catalog.text COLLATE \"C\" PRIMARY KEY, new pg_catalog.text COLLATE \"C\" NOT"
        + " NULL, known boolean NOT NULL DEFAULT false) ON COMMIT DROP";
  }

  /// What a group became.
  static String made(ValueGroup group) {
    return "SELECT old, new FROM " + table(group) + " ORDER BY old";
  }

  /// Lifts a sequence that is behind the rows: it would give numbers that are taken.
  Optional<String> lift(ValueGroup group) {
    return isDrawn(group)
        ? group.homes().stream()
            .flatMap(home -> column(home).sequence().stream())
            .findFirst()
            .map(sequence -> Sequences.behindAll(tables, group, sequence))
        : Optional.empty();
  }

  /// How many values are not known.
  String unknown(ValueGroup group) {
    return "SELECT pg_catalog.count(*) FROM (" + values(group) + ") v" + exceptKnown(group);
  }

  private static String exceptKnown(ValueGroup group) {
    return " WHERE NOT EXISTS (SELECT FROM " + table(group) + " known WHERE known.old = v.old)";
  }

  /// Whether the numbers are what the database gives, whatever it is.
  boolean isDrawn(ValueGroup group) {
    return copy.numbers() == Numbers.DRAWN && group.making() instanceof Making.Drawn;
  }

  /// Makes the values that are not known.
  String make(ValueGroup group) {
    return "INSERT INTO "
        + table(group)
        + " (old, new) SELECT v.old, "
        + made(group.making(), group)
        + " FROM ("
        + values(group)
        + ") v"
        + exceptKnown(group);
  }

  /// Drops values that came twice. Its value is how many.
  static String dropRepeated(ValueGroup group) {
    return "WITH gone AS (DELETE FROM "
        + table(group)
        + " v USING "
        + table(group)
        + " o WHERE NOT v.known AND o.new = v.new AND o.old <> v.old AND (o.known OR o.old < v.old)"
        + " RETURNING 1) SELECT pg_catalog.count(*) FROM gone";
  }

  /// What helps to find the values.
  static List<String> finish(ValueGroup group) {
    List<String> sql = new ArrayList<>();
    if (group.making() instanceof Making.FileName || group.making() instanceof Making.Computed) {
      // Files are found by what they are called in the copy.
      sql.add("CREATE INDEX ON " + table(group) + " USING hash (new)");
    }
    sql.add("ANALYZE " + table(group));
    return sql;
  }

  private Column column(ColumnName name) {
    return tables.find(name.table()).orElseThrow().columnOf(name.column());
  }

  /// The values of the backup, each once, in an order that is always the same.
  private String values(ValueGroup group) {
    boolean computed = group.making() instanceof Making.Computed;
    String all =
        group.homes().stream()
            .filter(home -> isStaged(home))
            .map(
                home ->
                    "SELECT "
                        + KeyText.of(quoted(home.column()), column(home).type())
                        + " AS old"
                        + (computed ? ", " + computed(group) + " AS computed" : "")
                        + " FROM "
                        + tables.find(home.table()).orElseThrow().stage()
                        + " WHERE "
                        + quoted(home.column())
                        + " IS NOT NULL")
            .collect(Collectors.joining(" UNION ALL "));
    if (all.isEmpty()) {
      return "SELECT NULL::pg_catalog.text AS old WHERE false";
    }
    boolean number =
        group.making() instanceof Making.Drawn || group.making() instanceof Making.NextNumber;
    return computed
        ? "SELECT DISTINCT ON (old) old, computed FROM (" + all + ") a ORDER BY old"
        : "SELECT old FROM ("
            + all
            + ") a GROUP BY old ORDER BY "
            + (number ? "old::pg_catalog.numeric" : "old");
  }

  private static String computed(ValueGroup group) {
    return switch (group.making()) {
      case Making.Computed(String sql) -> "(" + sql + ")::pg_catalog.text";
      case Making.Root _,
          Making.DerivedUuid _,
          Making.DerivedText _,
          Making.Drawn _,
          Making.NextNumber _,
          Making.Suffixed _,
          Making.FileName _ ->
          throw new IllegalStateException("nothing is computed");
    };
  }

  private boolean isStaged(ColumnName home) {
    return tables.find(home.table()).filter(t -> t.columns().contains(home.column())).isPresent();
  }

  private String made(Making making, ValueGroup group) {
    return switch (making) {
      case Making.Root() ->
          "CASE WHEN v.old = "
              + SqlText.literal(copy.from())
              + " THEN "
              + SqlText.literal(copy.to())
              + " ELSE v.old END";
      case Making.DerivedUuid() -> uuid(group) + "::pg_catalog.uuid::pg_catalog.text";
      case Making.DerivedText() -> derivedText(group);
      case Making.Drawn(String sql) ->
          switch (copy.numbers()) {
            case SHOWN -> next(group);
            case DRAWN -> "(" + sql + ")::pg_catalog.text";
          };
      case Making.NextNumber() -> next(group);
      case Making.Suffixed() -> "v.old || " + SqlText.literal("-" + copy.mark());
      case Making.Computed _ -> "v.computed";
      case Making.FileName() -> fileName(group);
    };
  }

  /// Version 8 of RFC 9562: of a hash of the operation, the column and the old value.
  private String uuid(ValueGroup group) {
    String hash =
        "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
            + SqlText.literal(
                copy.operation() + "\n" + copy.to() + "\n" + group.home().text() + "\n")
            + " || v.old, 'UTF8')), 'hex')";
    return "(SELECT pg_catalog.substr(h, 1, 12) || '8' || pg_catalog.substr(h, 14, 3) ||"
        + " pg_catalog.translate(pg_catalog.substr(h, 17, 1), '0123456789abcdef',"
        + " '89ab89ab89ab89ab') || pg_catalog.substr(h, 18, 15) FROM (SELECT "
        + hash
        + " AS h) hashed)";
  }

  /// Null, which the table refuses, if it is no UUID.
  private String derivedText(ValueGroup group) {
    return "CASE WHEN v.old ~ '"
        + UUID
        + "' THEN "
        + uuid(group)
        + "::pg_catalog.uuid::pg_catalog.text END";
  }

  /// Values of text keys that cannot be made anew.
  Optional<String> strange(ValueGroup group) {
    return group.making() instanceof Making.DerivedText
        ? Optional.of(
            "SELECT pg_catalog.count(*) FROM ("
                + values(group)
                + ") v WHERE v.old !~ '"
                + UUID
                + "'")
        : Optional.empty();
  }

  /// What does not fit into columns that get it, by the column: how many, and the first of them.
  SortedMap<ColumnName, String> tooLarge(ValueGroup group) {
    SortedMap<ColumnName, String> sql = new TreeMap<>();
    if (group.making() instanceof Making.Drawn || group.making() instanceof Making.NextNumber) {
      for (ColumnName name : group.columns()) {
        KeyText.range(column(name).type())
            .ifPresent(
                range ->
                    sql.put(
                        name,
                        "SELECT pg_catalog.count(*), pg_catalog.min(new::pg_catalog.numeric) FROM "
                            + table(group)
                            + " WHERE NOT (new::pg_catalog.numeric "
                            + range
                            + ")"));
      }
    }
    return sql;
  }

  /// Values of which an expression makes nothing: how many, and one of them.
  Optional<String> absent(ValueGroup group) {
    return group.making() instanceof Making.Computed
        ? Optional.of(
            "SELECT pg_catalog.count(*), pg_catalog.min(v.old) FROM ("
                + values(group)
                + ") v WHERE v.computed IS NULL")
        : Optional.empty();
  }

  /// Keys of rows that would not be told apart, or that would have none: how many, and one of them.
  static String unclear(StagedTable staged) {
    String key = quoted(staged.key().columns());
    return "SELECT pg_catalog.count(*), pg_catalog.min(c.key) FROM (SELECT ROW("
        + key
        + ")::pg_catalog.text COLLATE \"C\" AS key FROM "
        + staged.stage()
        + " GROUP BY "
        + key
        + " HAVING pg_catalog.count(*) > 1"
        + staged.key().columns().stream()
            .map(column -> " OR " + quoted(column) + " IS NULL")
            .collect(Collectors.joining())
        + ") c";
  }

  /// New values that the column would not hold as they are.
  static String unfit(ValueGroup group) {
    return "SELECT pg_catalog.count(*) FROM "
        + table(group)
        + " WHERE "
        + KeyText.of("new::" + group.type(), group.type())
        + " IS DISTINCT FROM new";
  }

  private String next(ValueGroup group) {
    String largest =
        group.homes().stream()
            .map(
                home ->
                    "coalesce((SELECT pg_catalog.max("
                        + quoted(home.column())
                        + ") FROM "
                        + tables.find(home.table()).orElseThrow().table().fromSql()
                        + "), 0)")
            .collect(Collectors.joining(", "));
    return "pg_catalog.trim_scale(GREATEST("
        + largest
        + ", (SELECT coalesce(pg_catalog.max(new::pg_catalog.numeric), 0) FROM "
        + table(group)
        + ")) + pg_catalog.row_number() OVER ()::pg_catalog.numeric)::pg_catalog.text";
  }

  /// Where the map says what names look like, it says where the id is in them.
  private String fileName(ValueGroup group) {
    String other = fileNameByItself();
    Optional<KeyPattern> keys = keys(group);
    if (keys.isEmpty()) {
      return other;
    }
    String from = SqlText.literal(keys.get().beginning(copy.from()));
    return "CASE WHEN v.old = "
        + from
        + " OR pg_catalog.starts_with(v.old, "
        + SqlText.literal(keys.get().beginning(copy.from()) + "/")
        + ") THEN "
        + SqlText.literal(keys.get().beginning(copy.to()))
        + " || pg_catalog.substr(v.old, pg_catalog.length("
        + from
        + ") + 1) ELSE "
        + other
        + " END";
  }

  private Optional<KeyPattern> keys(ValueGroup group) {
    for (AssetGroup assets : tables.map().assets().values()) {
      if (assets instanceof AssetGroup.FileGroup(var table, var key, var _, var keys)
          && keys.isPresent()
          && group.columns().contains(new ColumnName(table, key))) {
        return keys;
      }
    }
    return Optional.empty();
  }

  /// A short id in a path may be anything, such as a month.
  private String fileNameByItself() {
    String apart = apart() + " || v.old";
    if (copy.from().length() < UNMISTAKABLE) {
      return apart;
    }
    String renamed =
        "pg_catalog.array_to_string(pg_catalog.array_replace(pg_catalog.string_to_array(v.old, '/'), "
            + SqlText.literal(copy.from())
            + ", "
            + SqlText.literal(copy.to())
            + "), '/')";
    return "CASE WHEN " + renamed + " <> v.old THEN " + renamed + " ELSE " + apart + " END";
  }

  private String apart() {
    return SqlText.literal("copy-" + copy.mark() + "/");
  }

  /// Gives files whose names other rows have names of their own.
  Optional<String> evade(ValueGroup group, KnownValues known) {
    return group.making() instanceof Making.FileName
        ? Optional.of(
            "UPDATE "
                + table(group)
                + " f SET new = "
                + evaded(group)
                + " FROM ("
                + known.taken(group)
                + ") held WHERE held.old = f.old")
        : Optional.empty();
  }

  /// Within what is the tenant's own, where the map says what that is.
  private String evaded(ValueGroup group) {
    String by = apart() + " || f.new";
    Optional<KeyPattern> keys = keys(group);
    if (keys.isEmpty()) {
      return by;
    }
    String own = keys.get().beginning(copy.to()) + "/";
    return "CASE WHEN pg_catalog.starts_with(f.new, "
        + SqlText.literal(own)
        + ") THEN "
        + SqlText.literal(own)
        + " || "
        + apart()
        + " || pg_catalog.substr(f.new, pg_catalog.length("
        + SqlText.literal(own)
        + ") + 1) ELSE "
        + by
        + " END";
  }

  /// Gives the rows of a table their new values.
  Optional<String> rewrite(StagedTable staged) {
    List<RenewedColumn> changes = new ArrayList<>();
    for (String column : staged.columns()) {
      rules
          .groupOf(new ColumnName(staged.name(), column))
          .ifPresent(group -> changes.add(renewed(staged, column, group, changes.size())));
    }
    changes.addAll(new LooseReferences(tables, rules).of(staged));
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    String outside =
        changes.stream().flatMap(change -> change.outside().stream()).collect(Collectors.joining());
    return Optional.of(
        "UPDATE "
            + staged.stage()
            + " s SET "
            + changes.stream()
                .map(change -> quoted(change.name()) + " = " + change.value())
                .collect(Collectors.joining(", "))
            + (outside.isEmpty() ? "" : ", " + StagedTable.OUTSIDE + " = CASE" + outside + " END")
            + " FROM "
            + staged.stage()
            + " o"
            + changes.stream().map(RenewedColumn::join).collect(Collectors.joining())
            + " WHERE o.ctid = s.ctid");
  }

  private static RenewedColumn renewed(
      StagedTable staged, String column, ValueGroup group, int number) {
    String v = "v" + number;
    String old = StagedTable.column("o", column);
    String join =
        " LEFT JOIN "
            + table(group)
            + " "
            + v
            + " ON "
            + v
            + ".old = "
            + KeyText.of(old, staged.columnOf(column).type());
    String value =
        "CASE WHEN "
            + v
            + ".old IS NULL THEN "
            + old
            + " ELSE "
            + v
            + ".new::"
            + staged.columnOf(column).type()
            + " END";
    boolean key = staged.table().foreignKeys().stream().anyMatch(k -> k.columns().contains(column));
    String lost = old + " IS NOT NULL AND " + v + ".old IS NULL";
    return new RenewedColumn(
        column,
        join,
        value,
        key ? Optional.empty() : Optional.of(RenewedColumn.when(lost, column)));
  }

  /// Marks rows that point to rows of owned tables which are not in the backup: whatever they are
  /// now, they are somebody else's. After all tables were rewritten.
  List<String> outside(StagedTable staged) {
    List<String> sql = new ArrayList<>();
    for (ForeignKey key : staged.table().foreignKeys()) {
      Optional<StagedTable> target =
          tables
              .holding(key.target())
              .filter(of -> of.columns().containsAll(key.targetColumns()))
              .filter(_ -> staged.columns().containsAll(key.columns()));
      target.ifPresent(
          of ->
              sql.add(
                  "UPDATE "
                      + staged.stage()
                      + " s SET "
                      + StagedTable.OUTSIDE
                      + " = "
                      + SqlText.literal(key.name())
                      + " WHERE "
                      + BlockRules.present("s", key.columns())
                      + " AND NOT EXISTS (SELECT FROM "
                      + of.stage()
                      + " w WHERE "
                      + StagedTable.pairs("w", key.targetColumns(), "s", key.columns())
                      + ")"));
    }
    return sql;
  }

  /// Columns whose values follow from the row alone; after all others.
  List<String> direct(StagedTable staged) {
    QualifiedName name = staged.name();
    return staged.columns().stream()
        .filter(column -> rules.direct().containsKey(new ColumnName(name, column)))
        .map(
            column ->
                "UPDATE "
                    + staged.stage()
                    + " SET "
                    + quoted(column)
                    + " = "
                    + rules.direct().get(new ColumnName(name, column)))
        .toList();
  }
}
