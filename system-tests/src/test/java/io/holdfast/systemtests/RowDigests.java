package io.holdfast.systemtests;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/// The rows of every table of a database, in an order that does not depend on where they lie, with
/// columns in the order of their names: `pg_dump` itself does not keep the order of columns that
/// were added to a parent later.
final class RowDigests {
  private static final String QUERIES =
      """
      SELECT n.nspname || '.' || c.relname,
        'SELECT count(*) || '' '' || coalesce(md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))), '''')'
        || ' FROM (SELECT ' || coalesce((SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname)
          FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), '')
        || ' FROM ONLY ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ') t'
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_t'
      """;

  private RowDigests() {}

  /// Of each table how many rows it has, and what they are.
  static Map<String, String> of(Cluster cluster, String database) throws SQLException {
    Map<String, String> queries = new TreeMap<>();
    Map<String, String> digests = new TreeMap<>();
    try (Connection connection = cluster.connect(database);
        Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery(QUERIES)) {
        while (rows.next()) {
          queries.put(rows.getString(1), rows.getString(2));
        }
      }
      for (Map.Entry<String, String> query : queries.entrySet()) {
        try (ResultSet rows = statement.executeQuery(query.getValue())) {
          rows.next();
          digests.put(query.getKey(), rows.getString(1));
        }
      }
    }
    return digests;
  }
}
