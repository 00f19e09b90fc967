package io.holdfast.tenant.testing;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What people do to the rows of [RandomTables]: they insert, change and delete some, move keys and
/// unique values, give rows to others, and put other rows where there were some. What the server
/// refuses does not happen.
public final class RandomChanges {
  private static final int TRIES = 4;
  private static final List<String> ODD =
      List.of("", "a", "A", " a", "b\\N", "\\", "it's", "ä\n", "\\.", "\t", "{}", "日本", "NULL");
  private static final List<String> JSON =
      List.of("{}", "{ }", "{\"a\":1}", "{\"a\": 1}", "[1, 2]", "null", "\"\\u0041\"");
  private static final List<String> AMOUNTS = List.of("1", "1.0", "1.00", "-2.5", "NaN", "1000000");

  private final SplittableRandom random;
  private final SqlConnection sql;
  private final Catalog catalog;
  private final List<Table> tables;
  private final List<String> done = new ArrayList<>();
  private Map<QualifiedName, Set<String>> focus = Map.of();

  public RandomChanges(SplittableRandom random, SqlConnection sql, Catalog catalog) {
    this.random = random;
    this.sql = sql;
    this.catalog = catalog;
    this.tables = catalog.classifiable();
  }

  /// The statements that the server took.
  public List<String> done() {
    return done;
  }

  /// The first rows, of which none is in the way of another.
  public void fill() {
    Rows rows = Rows.none();
    List<String> parts = new ArrayList<>();
    Map<QualifiedName, List<Map<String, String>>> added = new LinkedHashMap<>();
    for (Table table : tables) {
      int count = table.name().equals(RandomTables.ROOT) ? 3 : random.nextInt(6, 13);
      for (int i = 0; i < count; i++) {
        Map<String, String> row = plain(table);
        row.put("id", Integer.toString(i));
        row.put("a", Integer.toString(i / 2));
        row.put("B", "k" + i % 2);
        row.put("code", "c" + i);
        row.put("mail", "m" + i);
        if (row.containsKey("slot")) {
          row.put("slot", Integer.toString(i));
        }
        row.keySet().removeIf(name -> table.column(name).isEmpty());
        added.computeIfAbsent(table.name(), _ -> new ArrayList<>()).add(row);
        rows.put(table, row);
      }
    }
    focus = Map.of(RandomTables.ROOT, Set.of("0", "c0"));
    added.forEach(
        (name, list) ->
            list.forEach(row -> pointing(catalog.table(name).orElseThrow(), row, rows)));
    added.forEach((name, list) -> list.forEach(row -> parts.add(insert(name, row))));
    sql.query(together(parts));
  }

  /// Makes so many changes, if the server takes them.
  ///
  /// @param often keys of rows that are to be hit more often than others
  public void make(int count, Map<QualifiedName, Set<String>> often) {
    focus = often;
    int enough = done.size() + count;
    for (int i = 0; i < count * TRIES && done.size() < enough; i++) {
      Rows rows = Rows.read(sql, catalog);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> attempt(change(rows));
        case 4, 5 -> attempt(inserts(rows));
        case 6, 7 -> attempt(delete(rows));
        case 8 -> attempt(deletes(rows));
        case 9 -> attempt(moveKey(rows));
        case 10 -> attempt(swap(rows));
        default -> attempt(handOver(rows));
      }
    }
  }

  /// Deletes these and all that would be in the way.
  public void deleteAll(Map<QualifiedName, Set<String>> keys) {
    attempt(deletes(Rows.read(sql, catalog), keys));
  }

  private void attempt(String statement) {
    if (statement.isEmpty()) {
      return;
    }
    try {
      sql.query(statement);
      done.add(statement);
    } catch (BackupException _) {
      // The server has its reasons.
    }
  }

  private String change(Rows rows) {
    Table table = any(tables);
    Map<String, String> row = anyRow(rows, table);
    if (row.isEmpty()) {
      return "";
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      if (random.nextInt(3) == 0 && !table.foreignKeys().isEmpty()) {
        values.putAll(pointer(any(table.foreignKeys()), rows));
      } else {
        Column column = any(table.columns());
        if (!table.identifyingKey().orElseThrow().columns().contains(column.name())
            && !column.isGenerated()
            && column.identity() != Column.Identity.ALWAYS) {
          values.put(column.name(), value(column.name()));
        }
      }
    }
    return update(table, row, values);
  }

  private String update(Table table, Map<String, String> row, Map<String, String> values) {
    String set =
        values.entrySet().stream()
            .map(entry -> quoted(entry.getKey()) + " = " + entry.getValue())
            .collect(Collectors.joining(", "));
    return set.isEmpty()
        ? ""
        : "UPDATE " + table.name().sql() + " SET " + set + " WHERE " + same(table, row);
  }

  /// The columns of the key with what they have to be to point to a row, or to none.
  private Map<String, String> pointer(ForeignKey key, Rows rows) {
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> target = anyRow(rows, catalog.table(key.target()).orElseThrow());
    boolean none = random.nextInt(5) == 0 || target.isEmpty();
    for (int i = 0; i < key.columns().size(); i++) {
      String there = target.get(key.targetColumns().get(i));
      values.put(key.columns().get(i), none || there == null ? "NULL" : literal(there));
    }
    if (values.size() > 1 && random.nextInt(10) == 0) {
      values.put(key.columns().getFirst(), "NULL");
    }
    return values;
  }

  /// Some new rows that may point to each other.
  private String inserts(Rows rows) {
    Rows more = rows.copy();
    List<String> parts = new ArrayList<>();
    Map<Map<String, String>, Table> added = new LinkedHashMap<>();
    for (int n = random.nextInt(1, 5); n > 0; n--) {
      Table table = any(tables);
      Map<String, String> row = plain(table);
      if (!more.of(table.name()).containsKey(Rows.key(table, row))) {
        added.put(row, table);
        more.put(table, row);
      }
    }
    added.forEach(
        (row, table) -> {
          Map<String, String> whole = new LinkedHashMap<>(row);
          pointing(table, whole, more);
          parts.add(insert(table.name(), whole));
        });
    return together(parts);
  }

  private Map<String, String> plain(Table table) {
    Map<String, String> row = new LinkedHashMap<>();
    for (Column column : table.columns()) {
      boolean pointer =
          table.foreignKeys().stream().anyMatch(key -> key.columns().contains(column.name()));
      String value = value(column.name());
      if (!pointer && !column.isGenerated() && !column.name().equals("number")) {
        if (!value.equals("NULL")) {
          row.put(column.name(), value.substring(1, value.length() - 1).replace("''", "'"));
        }
      }
    }
    return row;
  }

  private void pointing(Table table, Map<String, String> row, Rows rows) {
    for (ForeignKey key : table.foreignKeys()) {
      boolean nullable = !table.allRefuseNulls(key.columns());
      Map<String, String> target = anyRow(rows, catalog.table(key.target()).orElseThrow());
      if (target.isEmpty() || (nullable && random.nextInt(4) == 0)) {
        continue;
      }
      for (int i = 0; i < key.columns().size(); i++) {
        String value = target.get(key.targetColumns().get(i));
        if (value != null) {
          row.put(key.columns().get(i), value);
        }
      }
    }
  }

  private String insert(QualifiedName table, Map<String, String> row) {
    return "INSERT INTO "
        + table.sql()
        + " ("
        + quoted(List.copyOf(row.keySet()))
        + ") OVERRIDING SYSTEM VALUE VALUES ("
        + row.values().stream().map(RandomChanges::literal).collect(Collectors.joining(", "))
        + ")";
  }

  private String delete(Rows rows) {
    Table table = any(tables);
    Map<String, String> row = anyRow(rows, table);
    return row.isEmpty() ? "" : "DELETE FROM " + table.name().sql() + " WHERE " + same(table, row);
  }

  private String deletes(Rows rows) {
    Map<QualifiedName, Set<String>> keys = new HashMap<>();
    int odds = random.nextInt(3, 15);
    for (Table table : tables) {
      Set<String> some = new HashSet<>(rows.of(table.name()).keySet());
      some.removeIf(_ -> random.nextInt(odds) > 0);
      keys.put(table.name(), some);
    }
    return deletes(rows, keys);
  }

  /// In one statement, with all rows that point to them.
  private String deletes(Rows rows, Map<QualifiedName, Set<String>> keys) {
    Map<QualifiedName, Set<String>> gone = new HashMap<>();
    tables.forEach(
        table -> gone.put(table.name(), new HashSet<>(keys.getOrDefault(table.name(), Set.of()))));
    boolean more = true;
    while (more) {
      more = false;
      for (Table table : tables) {
        for (Map.Entry<String, Map<String, String>> row : rows.of(table.name()).entrySet()) {
          boolean hit =
              table.foreignKeys().stream().anyMatch(key -> points(row.getValue(), key, rows, gone));
          more |= hit && gone.getOrDefault(table.name(), Set.of()).add(row.getKey());
        }
      }
    }
    List<String> parts = new ArrayList<>();
    for (Table table : tables) {
      String these =
          gone.getOrDefault(table.name(), Set.of()).stream()
              .flatMap(key -> Stream.ofNullable(rows.of(table.name()).get(key)))
              .map(row -> "(" + same(table, row) + ")")
              .sorted()
              .collect(Collectors.joining(" OR "));
      if (!these.isEmpty()) {
        parts.add("DELETE FROM " + table.name().sql() + " WHERE " + these);
      }
    }
    return together(parts);
  }

  private static boolean points(
      Map<String, String> row, ForeignKey key, Rows rows, Map<QualifiedName, Set<String>> gone) {
    return gone.getOrDefault(key.target(), Set.of()).stream()
        .flatMap(one -> Stream.ofNullable(rows.of(key.target()).get(one)))
        .anyMatch(there -> Rows.match(row, key.columns(), there, key.targetColumns()));
  }

  private String moveKey(Rows rows) {
    Table table = any(tables);
    Map<String, String> row = anyRow(rows, table);
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : table.identifyingKey().orElseThrow().columns()) {
      values.put(name, value(name));
    }
    return row.isEmpty() ? "" : update(table, row, values);
  }

  /// Two rows change what must be unique: at once where the key allows it, else by a third value.
  private String swap(Rows rows) {
    Table table = any(tables);
    Map<String, String> a = anyRow(rows, table);
    Map<String, String> b = anyRow(rows, table);
    String column = table.column("slot").isPresent() && random.nextBoolean() ? "slot" : "code";
    String first = a.get(column);
    String second = b.get(column);
    if (table.column(column).isEmpty() || first == null || second == null || a.equals(b)) {
      return "";
    }
    String update = "UPDATE " + table.name().sql() + " SET " + column + " = ";
    return update
        + (column.equals("slot") ? "99" : "'c99'")
        + " WHERE "
        + same(table, a)
        + ";"
        + update
        + literal(first)
        + " WHERE "
        + same(table, b)
        + ";"
        + update
        + literal(second)
        + " WHERE "
        + same(table, a);
  }

  /// Another row takes the place of one, with its key or its values.
  private String handOver(Rows rows) {
    Table table = any(tables);
    Map<String, String> old = anyRow(rows, table);
    if (old.isEmpty()) {
      return "";
    }
    Map<String, String> row = plain(table);
    pointing(table, row, rows);
    List<String> taken =
        random.nextBoolean()
            ? table.identifyingKey().orElseThrow().columns()
            : List.of("code", "slot", "rank", "mail");
    for (String name : taken) {
      String value = old.get(name);
      if (value != null) {
        row.put(name, value);
      }
    }
    return "DELETE FROM "
        + table.name().sql()
        + " WHERE "
        + same(table, old)
        + ";"
        + insert(table.name(), row);
  }

  private static String together(List<String> parts) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      all.append(i == 0 ? "WITH s" : ", s")
          .append(i)
          .append(" AS (")
          .append(parts.get(i))
          .append(")");
    }
    return parts.isEmpty() ? "" : all.append(" SELECT 1").toString();
  }

  private static String same(Table table, Map<String, String> row) {
    return table.identifyingKey().orElseThrow().columns().stream()
        .map(name -> quoted(name) + " = " + literal(row.getOrDefault(name, "")))
        .collect(Collectors.joining(" AND "));
  }

  /// What a column of this name may hold, as SQL.
  private String value(String column) {
    return switch (column) {
      case "id", "a" -> literal(random.nextInt(14));
      case "B" -> literal("k" + random.nextInt(3));
      case "code" -> literal("c" + rather(16));
      case "mail" -> literal("m" + rather(16));
      case "flag" -> literal(random.nextInt(4) > 0 ? "true" : "false");
      case "slot" -> random.nextInt(4) == 0 ? "NULL" : literal(rather(14));
      case "rank" -> random.nextInt(4) == 0 ? "NULL" : literal(random.nextInt(2));
      case "note" -> random.nextInt(4) == 0 ? "NULL" : literal(any(ODD));
      case "data" -> random.nextInt(4) == 0 ? "NULL" : literal(any(JSON));
      case "amount" -> random.nextInt(4) == 0 ? "NULL" : literal(any(AMOUNTS));
      case "tenant_id" -> random.nextInt(4) == 0 ? "NULL" : literal(random.nextInt(3));
      case "kind" -> random.nextInt(4) == 0 ? "NULL" : literal("k" + random.nextInt(4));
      case "kid" -> random.nextInt(8) == 0 ? "NULL" : literal(random.nextInt(10));
      default -> "NULL";
    };
  }

  /// Often one that is in use.
  private int rather(int low) {
    return random.nextInt(3) == 0 ? random.nextInt(low) : random.nextInt(low * 10);
  }

  private static String literal(int value) {
    return literal(Integer.toString(value));
  }

  private static String literal(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private Map<String, String> anyRow(Rows rows, Table table) {
    Set<String> wanted = focus.getOrDefault(table.name(), Set.of());
    List<Map<String, String>> all = new ArrayList<>(rows.of(table.name()).values());
    if (random.nextInt(3) > 0
        && rows.of(table.name()).keySet().stream().anyMatch(wanted::contains)) {
      all.removeIf(row -> !wanted.contains(Rows.key(table, row)));
    }
    return all.isEmpty() ? Map.of() : any(all);
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
