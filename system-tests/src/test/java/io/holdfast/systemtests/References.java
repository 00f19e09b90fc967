package io.holdfast.systemtests;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Whether what rows point to is there: asked of the rows, whatever the server thinks it knows.
final class References {
  private static final String QUERIES =
      """
      SELECT format('SELECT %L || count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s) HAVING count(*) > 0',
        conname || ': ', conrelid::regclass,
        (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ')
         FROM pg_attribute a WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey)),
        confrelid::regclass,
        (SELECT string_agg(format('p.%I = c.%I', p.attname, c.attname), ' AND ')
         FROM unnest(conkey, confkey) AS pair (c, p)
         JOIN pg_attribute c ON c.attrelid = conrelid AND c.attnum = pair.c
         JOIN pg_attribute p ON p.attrelid = confrelid AND p.attnum = pair.p))
      FROM pg_constraint WHERE contype = 'f' ORDER BY conname
      """;

  private References() {}

  /// Foreign keys with rows that point to nothing, and how many there are.
  static List<String> dangling(Cluster cluster, String database) throws SQLException {
    List<String> dangling = new ArrayList<>();
    try (Connection connection = cluster.connect(database);
        Statement statement = connection.createStatement()) {
      for (String query : column(statement, QUERIES)) {
        dangling.addAll(column(statement, query));
      }
    }
    return dangling;
  }

  private static List<String> column(Statement statement, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
