package io.holdfast.tenant.catalog;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.tenant.catalog.Catalog.Role;
import io.holdfast.tenant.catalog.Column.Generation;
import io.holdfast.tenant.catalog.Column.Identity;
import io.holdfast.tenant.catalog.Column.Nulls;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.ForeignKey.Match;
import io.holdfast.tenant.catalog.Table.Estimate;
import io.holdfast.tenant.catalog.Table.Kind;
import io.holdfast.tenant.catalog.Table.Visibility;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reads a [Catalog] from a live server of version 13 to 18. *Confined*.
public final class CatalogReader {
  private static final int OLDEST = 130_000;

  private final SqlConnection sql;

  private CatalogReader(SqlConnection sql) {
    this.sql = sql;
  }

  /// Reads in one read-only snapshot. The connection must not be in a transaction and is in none
  /// afterwards.
  public static Catalog read(SqlConnection sql) {
    sql.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    Catalog catalog = readInTransaction(sql);
    sql.query("COMMIT");
    return catalog;
  }

  /// Reads within the transaction that the connection is in, and leaves its search path as it was.
  public static Catalog readInTransaction(SqlConnection sql) {
    String path = sql.value("SELECT current_setting('search_path')").orElse("");
    sql.query("SELECT set_config('search_path', '', true)");
    Catalog catalog = new CatalogReader(sql).read();
    sql.query("SELECT pg_catalog.set_config('search_path', ?, true)", path);
    return catalog;
  }

  private Catalog read() {
    List<String> server = sql.query(CatalogQueries.SERVER).getFirst();
    int version = Integer.parseInt(server.get(0));
    if (version < OLDEST) {
      throw new BackupException(
          ErrorCode.SERVER_VERSION_UNSUPPORTED,
          "the server has version number " + version + "; 13 to 18 are supported",
          "Upgrade the server.");
    }
    List<List<String>> rows = sql.query(CatalogQueries.TABLES);
    Map<String, QualifiedName> names = new HashMap<>();
    rows.forEach(row -> names.put(row.get(0), new QualifiedName(row.get(1), row.get(2))));
    Parts parts = parts(names);
    Map<String, Table> tables = new LinkedHashMap<>();
    for (List<String> row : rows) {
      tables.put(row.get(0), table(row, names, parts));
    }
    return Catalog.of(
            version,
            new Role(server.get(1), isTrue(server.get(2))),
            Partitions.summed(tables.values()))
        .withOwnEquality(
            sql.query(CatalogQueries.OWN_EQUALITY).stream()
                .map(List::getFirst)
                .collect(Collectors.toSet()));
  }

  /// What tables are made of, by the number of the table.
  private record Parts(
      Map<String, List<Column>> columns,
      Map<String, List<Key>> keys,
      Map<String, List<Index>> indexes,
      Map<String, List<ForeignKey>> foreignKeys,
      Map<String, List<Trigger>> triggers) {}

  private Parts parts(Map<String, QualifiedName> names) {
    List<List<String>> indexes = sql.query(CatalogQueries.INDEXES);
    return new Parts(columns(), keys(indexes), indexes(indexes), foreignKeys(names), triggers());
  }

  private static Table table(List<String> row, Map<String, QualifiedName> names, Parts parts) {
    String number = row.get(0);
    long rows = Long.parseLong(row.get(8));
    return new Table(
        new QualifiedName(row.get(1), row.get(2)),
        row.get(3).equals("p")
            ? Kind.PARTITIONED
            : isTrue(row.get(4)) ? Kind.INHERITED : Kind.PLAIN,
        Optional.ofNullable(names.get(row.get(10))),
        parts.columns().getOrDefault(number, List.of()),
        parts.keys().getOrDefault(number, List.of()),
        parts.indexes().getOrDefault(number, List.of()),
        parts.foreignKeys().getOrDefault(number, List.of()),
        parts.triggers().getOrDefault(number, List.of()),
        isTrue(row.get(6))
            ? RowSecurity.FORCED
            : isTrue(row.get(5)) ? RowSecurity.ENABLED : RowSecurity.OFF,
        isTrue(row.get(7)) ? Visibility.BY_POLICY : Visibility.ALL_ROWS,
        new Estimate(
            rows < 0 ? OptionalLong.empty() : OptionalLong.of(rows), Long.parseLong(row.get(9))));
  }

  private Map<String, List<Column>> columns() {
    Map<String, QualifiedName> sequences = new HashMap<>();
    for (List<String> row : sql.query(CatalogQueries.SEQUENCES)) {
      sequences.putIfAbsent(
          row.get(0) + "." + row.get(1), new QualifiedName(row.get(2), row.get(3)));
    }
    return grouped(
        sql.query(CatalogQueries.COLUMNS),
        row ->
            new Column(
                row.get(2),
                row.get(3),
                isTrue(row.get(4)) ? Nulls.REFUSED : Nulls.ALLOWED,
                switch (row.get(5)) {
                  case "a" -> Identity.ALWAYS;
                  case "d" -> Identity.BY_DEFAULT;
                  default -> Identity.NONE;
                },
                switch (row.get(6)) {
                  case "s" -> Generation.STORED;
                  case "v" -> Generation.VIRTUAL;
                  default -> Generation.NONE;
                },
                row.get(7).isEmpty() ? Optional.empty() : Optional.of(row.get(7)),
                Optional.ofNullable(sequences.get(row.get(0) + "." + row.get(1)))));
  }

  private static Map<String, List<Index>> indexes(List<List<String>> rows) {
    Map<String, List<Index>> indexes = new HashMap<>();
    byIndex(rows)
        .forEach(
            columns -> {
              List<String> names =
                  columns.stream()
                      .map(row -> row.get(6))
                      .takeWhile(name -> !name.isEmpty())
                      .toList();
              if (!names.isEmpty()) {
                indexes
                    .computeIfAbsent(columns.getFirst().get(0), _ -> new ArrayList<>())
                    .add(new Index(columns.getFirst().get(1), names));
              }
            });
    return indexes;
  }

  private static Map<String, List<Key>> keys(List<List<String>> rows) {
    Map<String, List<Key>> keys = new HashMap<>();
    for (List<List<String>> columns : byIndex(rows)) {
      List<String> first = columns.getFirst();
      List<String> names = columns.stream().map(row -> row.get(6)).toList();
      if (isTrue(first.get(3)) && names.stream().noneMatch(String::isEmpty)) {
        keys.computeIfAbsent(first.get(0), _ -> new ArrayList<>())
            .add(
                new Key(
                    first.get(1),
                    isTrue(first.get(2)) ? Key.Kind.PRIMARY : Key.Kind.UNIQUE,
                    names,
                    isTrue(first.get(4)) ? Key.Timing.IMMEDIATE : Key.Timing.DEFERRABLE));
      }
    }
    return keys;
  }

  /// The rows of each index together.
  private static List<List<List<String>>> byIndex(List<List<String>> rows) {
    Map<List<String>, List<List<String>>> byIndex = new LinkedHashMap<>();
    for (List<String> row : rows) {
      byIndex.computeIfAbsent(row.subList(0, 2), _ -> new ArrayList<>()).add(row);
    }
    return List.copyOf(byIndex.values());
  }

  private Map<String, List<ForeignKey>> foreignKeys(Map<String, QualifiedName> names) {
    Map<String, List<List<String>>> byKey = new LinkedHashMap<>();
    for (List<String> row : sql.query(CatalogQueries.FOREIGN_KEYS)) {
      byKey.computeIfAbsent(row.get(1), _ -> new ArrayList<>()).add(row);
    }
    Map<String, List<ForeignKey>> keys = new HashMap<>();
    for (List<List<String>> pairs : byKey.values()) {
      List<String> first = pairs.getFirst();
      QualifiedName table = names.get(first.get(0));
      if (table != null) {
        keys.computeIfAbsent(first.get(0), _ -> new ArrayList<>()).add(foreignKey(table, pairs));
      }
    }
    return keys;
  }

  private static ForeignKey foreignKey(QualifiedName table, List<List<String>> pairs) {
    List<String> first = pairs.getFirst();
    return new ForeignKey(
        first.get(2),
        table,
        pairs.stream().map(row -> row.get(10)).toList(),
        new QualifiedName(first.get(3), first.get(4)),
        pairs.stream().map(row -> row.get(11)).toList(),
        switch (first.get(5)) {
          case "f" -> Match.FULL;
          case "p" -> Match.PARTIAL;
          default -> Match.SIMPLE;
        },
        action(first.get(6)),
        action(first.get(7)),
        isTrue(first.get(9))
            ? ForeignKey.Timing.DEFERRED
            : isTrue(first.get(8)) ? ForeignKey.Timing.DEFERRABLE : ForeignKey.Timing.IMMEDIATE);
  }

  private static Action action(String letter) {
    return switch (letter) {
      case "r" -> Action.RESTRICT;
      case "c" -> Action.CASCADE;
      case "n" -> Action.SET_NULL;
      case "d" -> Action.SET_DEFAULT;
      default -> Action.NO_ACTION;
    };
  }

  private Map<String, List<Trigger>> triggers() {
    return grouped(
        sql.query(CatalogQueries.TRIGGERS),
        row ->
            new Trigger(
                row.get(1),
                switch (row.get(2)) {
                  case "R" -> Trigger.Firing.REPLICA;
                  case "A" -> Trigger.Firing.ALWAYS;
                  default -> Trigger.Firing.ORIGIN;
                },
                row.get(3)));
  }

  /// Values by the first field of their rows, in their order.
  private static <T> Map<String, List<T>> grouped(
      List<List<String>> rows, Function<List<String>, T> value) {
    Map<String, List<T>> groups = new HashMap<>();
    for (List<String> row : rows) {
      groups.computeIfAbsent(row.get(0), _ -> new ArrayList<>()).add(value.apply(row));
    }
    return groups;
  }

  private static boolean isTrue(String field) {
    return field.equals("t");
  }
}
