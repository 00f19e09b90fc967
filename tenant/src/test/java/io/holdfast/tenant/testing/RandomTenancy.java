package io.holdfast.tenant.testing;

import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// Tables with foreign keys in all directions, and rows in them: trees, circles, self references,
/// keys of two columns, keys to a unique column, columns without values, odd names.
///
/// The first table is the root. Rows are kept as the test's own model of the database.
public final class RandomTenancy {
  private static final int ROWS_MAX = 9;

  private final SplittableRandom random;
  private final List<TestTable> tables = new ArrayList<>();

  /// @param key names of the columns of the primary key
  public record TestTable(
      QualifiedName name,
      List<String> key,
      List<TestKey> foreignKeys,
      TenantColumn tenantColumn,
      List<Map<String, String>> rows) {
    /// The values of the primary key, with NUL between them.
    public String keyOf(Map<String, String> row) {
      return key.stream().map(row::get).collect(Collectors.joining("\0"));
    }
  }

  /// @param columns that pair with the target's
  public record TestKey(
      String name, List<String> columns, int target, List<String> targetColumns, Nulls nulls) {}

  /// Whether a key can be without a value.
  public enum Nulls {
    ALLOWED,
    REFUSED
  }

  /// Whether the table has the column `tenant_id`, which no foreign key declares.
  public enum TenantColumn {
    NONE,
    PRESENT
  }

  public RandomTenancy(SplittableRandom random) {
    this.random = random;
    int count = random.nextInt(3, 8);
    for (int i = 0; i < count; i++) {
      String name = random.nextInt(3) == 0 ? "T " + i + " \"odd\"" : "t" + i;
      tables.add(
          new TestTable(
              new QualifiedName("public", name),
              i == 0 || random.nextInt(3) > 0 ? List.of("id") : List.of("a", "B"),
              new ArrayList<>(),
              i > 0 && random.nextInt(4) == 0 ? TenantColumn.PRESENT : TenantColumn.NONE,
              new ArrayList<>()));
    }
    for (int i = 1; i < count; i++) {
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        tables.get(i).foreignKeys().add(key(i, n, random.nextInt(count)));
      }
    }
    if (random.nextBoolean()) {
      tables.getFirst().foreignKeys().add(key(0, 1, random.nextInt(count)));
    }
    tables.forEach(this::keys);
    tables.forEach(this::references);
  }

  private TestKey key(int table, int number, int target) {
    TestTable there = tables.get(target);
    List<String> targetColumns = random.nextInt(4) == 0 ? List.of("code") : there.key();
    List<String> columns =
        targetColumns.stream().map(column -> "r" + number + "_" + column).toList();
    return new TestKey(
        "fk" + table + "_" + number,
        columns,
        target,
        targetColumns,
        random.nextInt(3) == 0 ? Nulls.REFUSED : Nulls.ALLOWED);
  }

  private void keys(TestTable table) {
    int count = random.nextInt(2, ROWS_MAX);
    for (int i = 0; i < count; i++) {
      Map<String, String> row = new LinkedHashMap<>();
      row.put("code", "c" + i);
      row.put(table.key().getFirst(), Integer.toString(table.key().size() == 1 ? i : i / 2));
      if (table.key().size() == 2) {
        row.put(table.key().getLast(), "k" + i % 2);
      }
      row.put("flag", random.nextBoolean() ? "true" : "false");
      table.rows().add(row);
    }
  }

  private void references(TestTable table) {
    for (Map<String, String> row : table.rows()) {
      if (table.tenantColumn() == TenantColumn.PRESENT && random.nextInt(5) > 0) {
        row.put("tenant_id", Integer.toString(random.nextInt(tables.getFirst().rows().size())));
      }
      for (TestKey key : table.foreignKeys()) {
        if (key.nulls() == Nulls.ALLOWED && random.nextInt(3) == 0) {
          continue;
        }
        List<Map<String, String>> there = tables.get(key.target()).rows();
        Map<String, String> target = there.get(random.nextInt(there.size()));
        for (int i = 0; i < key.columns().size(); i++) {
          row.put(key.columns().get(i), target.get(key.targetColumns().get(i)));
        }
      }
    }
  }

  public List<TestTable> tables() {
    return tables;
  }

  public TestTable root() {
    return tables.getFirst();
  }

  public TestTable table(QualifiedName name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst().orElseThrow();
  }

  /// Makes the tables and puts the rows into them.
  public ConnectionUrl create(TestDatabases databases) {
    List<String> statements = new ArrayList<>();
    tables.forEach(table -> statements.add(createTable(table)));
    tables.forEach(table -> table.foreignKeys().forEach(key -> statements.add(alter(table, key))));
    statements.add("BEGIN");
    tables.forEach(table -> table.rows().forEach(row -> statements.add(insert(table, row))));
    statements.add("COMMIT");
    return databases.create(statements.toArray(String[]::new));
  }

  private String createTable(TestTable table) {
    List<String> parts = new ArrayList<>();
    parts.add("code text NOT NULL UNIQUE");
    parts.add("flag boolean NOT NULL");
    Map<String, String> types = new HashMap<>(Map.of("id", "int", "a", "int", "B", "text"));
    types.put("code", "text");
    table.key().forEach(column -> parts.add(quoted(column) + " " + types.get(column)));
    if (table.tenantColumn() == TenantColumn.PRESENT) {
      parts.add("tenant_id int");
    }
    for (TestKey key : table.foreignKeys()) {
      for (int i = 0; i < key.columns().size(); i++) {
        parts.add(
            quoted(key.columns().get(i))
                + " "
                + types.get(key.targetColumns().get(i))
                + (key.nulls() == Nulls.REFUSED ? " NOT NULL" : ""));
      }
    }
    parts.add("PRIMARY KEY (" + Identifiers.quoted(table.key()) + ")");
    return "CREATE TABLE " + table.name().sql() + " (" + String.join(", ", parts) + ")";
  }

  private String alter(TestTable table, TestKey key) {
    return "ALTER TABLE "
        + table.name().sql()
        + " ADD CONSTRAINT "
        + quoted(key.name())
        + " FOREIGN KEY ("
        + Identifiers.quoted(key.columns())
        + ") REFERENCES "
        + tables.get(key.target()).name().sql()
        + " ("
        + Identifiers.quoted(key.targetColumns())
        + ") DEFERRABLE INITIALLY DEFERRED";
  }

  private static String insert(TestTable table, Map<String, String> row) {
    return "INSERT INTO "
        + table.name().sql()
        + " ("
        + Identifiers.quoted(List.copyOf(row.keySet()))
        + ") VALUES ("
        + row.values().stream().map(value -> "'" + value + "'").collect(Collectors.joining(", "))
        + ")";
  }

  private static String quoted(String name) {
    return Identifiers.quoted(name);
  }
}
