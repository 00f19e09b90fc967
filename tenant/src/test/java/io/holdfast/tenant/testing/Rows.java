package io.holdfast.tenant.testing;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// All rows of a database as text, by table and key. A column that has no value is absent.
///
/// @param versions what the server says of where each row stands and who wrote it
public record Rows(
    SortedMap<QualifiedName, SortedMap<String, Map<String, String>>> tables,
    Map<QualifiedName, Map<String, String>> versions) {
  private static final String VALUE = "=";

  /// No rows in any table.
  public static Rows none() {
    return new Rows(new TreeMap<>(), Map.of());
  }

  /// Reads all tables.
  public static Rows read(SqlConnection sql, Catalog catalog) {
    Rows rows = new Rows(new TreeMap<>(), new HashMap<>());
    for (Table table : catalog.classifiable()) {
      String columns =
          table.columns().stream()
              .map(column -> ", '" + VALUE + "' || " + Identifiers.quoted(column.name()) + "::text")
              .collect(Collectors.joining());
      List<String> names = table.columns().stream().map(Column::name).toList();
      Map<String, String> versions = new HashMap<>();
      for (List<String> line :
          sql.query("SELECT ctid || ' ' || xmin" + columns + " FROM " + table.fromSql())) {
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
          String value = line.get(i + 1);
          if (!value.isEmpty()) {
            row.put(names.get(i), value.substring(VALUE.length()));
          }
        }
        rows.put(table, row);
        versions.put(key(table, row), line.getFirst());
      }
      rows.versions.put(table.name(), versions);
    }
    return rows;
  }

  /// By the values of its identifying key, with NUL between them.
  public static String key(Table table, Map<String, String> row) {
    Key key = table.identifyingKey().orElseThrow();
    return key.columns().stream().map(row::get).collect(Collectors.joining("\0"));
  }

  /// A row that is there.
  public Map<String, String> row(QualifiedName table, String key) {
    return Objects.requireNonNull(of(table).get(key), () -> table + " has no row " + key);
  }

  /// Whether columns have the same values, none of them absent.
  public static boolean match(
      Map<String, String> a, List<String> columns, Map<String, String> b, List<String> others) {
    for (int i = 0; i < columns.size(); i++) {
      String value = a.get(columns.get(i));
      if (value == null || !value.equals(b.get(others.get(i)))) {
        return false;
      }
    }
    return true;
  }

  /// The rows of a table.
  public SortedMap<String, Map<String, String>> of(QualifiedName table) {
    return tables.getOrDefault(table, Collections.emptySortedMap());
  }

  public void put(Table table, Map<String, String> row) {
    tables.computeIfAbsent(table.name(), _ -> new TreeMap<>()).put(key(table, row), row);
  }

  public void remove(QualifiedName table, String key) {
    of(table).remove(key);
  }

  /// The same rows, to be changed apart from these.
  public Rows copy() {
    SortedMap<QualifiedName, SortedMap<String, Map<String, String>>> copied = new TreeMap<>();
    tables.forEach((table, rows) -> copied.put(table, new TreeMap<>(rows)));
    return new Rows(copied, versions);
  }

  /// Only those with these keys.
  public Rows only(Map<QualifiedName, ? extends Collection<String>> keys) {
    Rows copied = copy();
    copied.tables.forEach(
        (table, rows) -> {
          Collection<String> wanted = keys.get(table);
          rows.keySet().removeIf(key -> wanted == null || !wanted.contains(key));
        });
    return copied;
  }

  /// Without what the server computes.
  public Rows plain(Catalog catalog) {
    Rows plain = none();
    for (Table table : catalog.classifiable()) {
      for (Map<String, String> row : of(table.name()).values()) {
        Map<String, String> kept = new LinkedHashMap<>(row);
        table.columns().stream()
            .filter(Column::isGenerated)
            .forEach(column -> kept.remove(column.name()));
        plain.put(table, kept);
      }
    }
    return plain;
  }

  /// Each row on a line.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    tables.forEach(
        (table, rows) ->
            rows.values().forEach(row -> lines.add(table.name() + " " + new TreeMap<>(row))));
    return lines;
  }
}
