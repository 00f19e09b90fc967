package io.holdfast.postgres.dump;

import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tables of a database that are there and are to be filled. *Confined.*
public final class FilledTables {
  private static final String COLUMNS =
      "SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_attribute a"
          + " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
          + " AND a.attgenerated = '' AND n.nspname = ";

  private static final String INSERT_TRIGGERS =
      "SELECT n.nspname, c.relname, t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t"
          + " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 4 > 0"
          + " ORDER BY 1, 2, 3";

  /// One query for each foreign key, which says whether a row points to nothing.
  private static final String KEYS =
      "SELECT n.nspname, c.relname, c.relkind, k.conname, 'SELECT EXISTS (SELECT FROM '"
          + " || k.conrelid::pg_catalog.regclass || ' f WHERE '"
          + " || pg_catalog.string_agg(pg_catalog.format('f.%I IS NOT NULL', fa.attname), ' AND ')"
          + " || ' AND NOT EXISTS (SELECT FROM ' || k.confrelid::pg_catalog.regclass || ' t WHERE '"
          + " || pg_catalog.string_agg(pg_catalog.format('t.%I OPERATOR(%I.%s) f.%I', ta.attname,"
          + " s.nspname, o.oprname, fa.attname), ' AND ') || '))'"
          + " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " CROSS JOIN LATERAL unnest(k.conkey, k.confkey, k.conpfeqop) AS u(f, t, op)"
          + " JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = u.f"
          + " JOIN pg_catalog.pg_attribute ta ON ta.attrelid = k.confrelid AND ta.attnum = u.t"
          + " JOIN pg_catalog.pg_operator o ON o.oid = u.op"
          + " JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace"
          + " WHERE k.contype = 'f' AND k.conparentid = 0 AND k.convalidated"
          // Those over periods are no comparison of single rows.
          + " AND pg_catalog.to_jsonb(k) ->> 'conperiod' IS DISTINCT FROM 'true'"
          + " GROUP BY 1, 2, 3, 4, k.conrelid, k.confrelid, k.oid ORDER BY 1, 2, 4";

  private final DatabaseSession session;

  public FilledTables(DatabaseSession session) {
    this.session = session;
  }

  /// A trigger that fires when rows are written.
  ///
  /// @param always also where triggers were asked not to fire
  public record Trigger(SqlName table, String name, boolean always) {
    /// For messages.
    @Override
    public String toString() {
      return name + " of " + table;
    }
  }

  /// Tables and columns that are not there, in words.
  ///
  /// @param columns of each table that is to be filled, quoted as SQL writes them
  public List<String> lacking(Map<SqlName, List<String>> columns) throws IOException {
    Map<SqlName, Set<String>> there = new HashMap<>();
    Set<String> schemas = new HashSet<>();
    columns.keySet().forEach(table -> schemas.add(table.schema()));
    for (String schema : schemas) {
      for (List<String> row : session.query(COLUMNS + SqlName.literal(schema))) {
        there
            .computeIfAbsent(new SqlName(row.get(0), row.get(1)), _ -> new HashSet<>())
            .add(row.get(2));
      }
    }
    List<String> lacking = new ArrayList<>();
    columns.forEach(
        (table, wanted) -> {
          Set<String> has = there.getOrDefault(table, Set.of());
          if (!there.containsKey(table) && !wanted.isEmpty()) {
            lacking.add("table " + table);
          } else {
            wanted.stream()
                .map(FilledTables::unquoted)
                .filter(column -> !has.contains(column))
                .forEach(column -> lacking.add("column " + column + " of " + table));
          }
        });
    return lacking;
  }

  /// Which names are quoted changes from version to version.
  private static String unquoted(String column) {
    return column.startsWith("\"")
        ? column.substring(1, column.length() - 1).replace("\"\"", "\"")
        : column;
  }

  /// Those that have rows already.
  public List<SqlName> withRows(Collection<SqlName> tables) throws IOException {
    List<SqlName> filled = new ArrayList<>();
    for (SqlName table : tables) {
      if (session.value("SELECT EXISTS (SELECT FROM ONLY " + table.quoted() + ")").equals("t")) {
        filled.add(table);
      }
    }
    return filled;
  }

  /// Triggers, but for those of foreign keys.
  public List<Trigger> triggers(Collection<SqlName> tables) throws IOException {
    List<Trigger> triggers = new ArrayList<>();
    for (List<String> row : session.query(INSERT_TRIGGERS)) {
      SqlName table = new SqlName(row.get(0), row.get(1));
      if (tables.contains(table)) {
        triggers.add(new Trigger(table, row.get(2), row.get(3).equals("A")));
      }
    }
    return triggers;
  }

  /// Foreign keys, in words, of which a row points to nothing: nobody compared them where triggers
  /// did not fire.
  public List<String> brokenKeys(Collection<SqlName> tables) throws IOException {
    List<String> broken = new ArrayList<>();
    for (List<String> row : session.query(KEYS)) {
      SqlName table = new SqlName(row.get(0), row.get(1));
      boolean partitioned = row.get(2).equals("p");
      if ((partitioned || tables.contains(table)) && session.value(row.get(4)).equals("t")) {
        broken.add(row.get(3) + " of " + table);
      }
    }
    return broken;
  }
}
