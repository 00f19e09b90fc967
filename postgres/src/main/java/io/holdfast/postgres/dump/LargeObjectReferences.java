package io.holdfast.postgres.dump;

import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Large objects belong to no table. Which ones the rows of some tables point to shows in their
/// columns of type `oid`, or of a domain over it such as `lo`.
public final class LargeObjectReferences {
  private static final int AT_ONCE = 10_000;
  private static final int NUMBERS_MAX = 10_000_000;

  private static final String COLUMNS =
      "SELECT n.nspname, c.relname, pg_catalog.quote_ident(a.attname)"
          + " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
          + " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'"
          + " AND 'pg_catalog.oid'::pg_catalog.regtype IN (t.oid, t.typbasetype)"
          + " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname !~ '^pg_(toast|temp)'";

  private LargeObjectReferences() {}

  /// Of the objects that rows point to.
  public enum Which {
    THERE("EXISTS"),
    MISSING("NOT EXISTS");

    private final String sql;

    Which(String sql) {
      this.sql = sql;
    }
  }

  /// Numbers that rows of some tables point to.
  public static Set<Long> find(DatabaseSession session, Predicate<SqlName> tables, Which which)
      throws IOException {
    Set<Long> found = new HashSet<>();
    for (List<String> row : session.query(COLUMNS)) {
      SqlName table = new SqlName(row.get(0), row.get(1));
      if (tables.test(table)) {
        add(session, table, row.get(2), which, found);
      }
    }
    return found;
  }

  private static void add(
      DatabaseSession session, SqlName table, String column, Which which, Set<Long> found)
      throws IOException {
    String last = "0";
    List<List<String>> some;
    do {
      some =
          session.query(
              "SELECT DISTINCT t."
                  + column
                  + " FROM ONLY "
                  + table.quoted()
                  + " t WHERE t."
                  + column
                  + " > "
                  + last
                  + " AND "
                  + which.sql
                  + " (SELECT FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid = t."
                  + column
                  + ") ORDER BY 1 LIMIT "
                  + AT_ONCE);
      for (List<String> row : some) {
        last = row.getFirst();
        found.add(Long.valueOf(last));
      }
      if (found.size() > NUMBERS_MAX) {
        throw new IOException(table + " points to more than " + NUMBERS_MAX + " large objects");
      }
    } while (some.size() == AT_ONCE);
  }
}
