package io.holdfast.examples.legal;

import io.holdfast.postgres.sql.JdbcConnections;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// New databases on one server, and what is in them.
public final class Databases implements AutoCloseable {
  private final TestServer server;
  private int made;

  private Databases(TestServer server) {
    this.server = server;
  }

  public static Databases start(int majorVersion) throws IOException {
    return new Databases(TestServer.start(majorVersion, Map.of()));
  }

  /// As [#start], where no exception may be thrown.
  public static Databases of(int majorVersion) {
    try {
      return start(majorVersion);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TestServer server() {
    return server;
  }

  /// Makes an empty database and connects as the superuser.
  public Connection create() {
    String name = "example" + ++made;
    server.sql("CREATE DATABASE " + name);
    return JdbcConnections.open(server.url().withDatabase(name), "test");
  }

  /// The rows of a query, columns separated by `|`.
  public static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      if (statement.execute(sql)) {
        try (ResultSet result = statement.getResultSet()) {
          while (result.next()) {
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
              columns.add(String.valueOf(result.getString(i)));
            }
            rows.add(String.join("|", columns));
          }
        }
      }
    }
    return rows;
  }

  public static String value(Connection connection, String sql) throws SQLException {
    return rows(connection, sql).getFirst();
  }

  public static long count(Connection connection, String sql) throws SQLException {
    return Long.parseLong(value(connection, sql));
  }

  /// All ordinary tables outside of the catalog, quoted where that is needed, with their schemas.
  public static List<String> tables(Connection connection) throws SQLException {
    return rows(
        connection,
        "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <>"
            + " 'information_schema' ORDER BY 1");
  }

  /// A digest of all rows of each table, independent of their order, and one of all large objects.
  public static Map<String, String> digests(Connection connection) throws SQLException {
    Map<String, String> digests = new TreeMap<>();
    for (String table : tables(connection)) {
      digests.put(table, digest(connection, table + " AS t", "true"));
    }
    digests.put(
        "large objects",
        value(
            connection,
            "SELECT md5(coalesce(string_agg(oid || md5(lo_get(oid)), ' ' ORDER BY oid), ''))"
                + " FROM pg_largeobject_metadata"));
    return digests;
  }

  /// Of those rows `t` for which the condition holds.
  public static String digest(Connection connection, String from, String condition)
      throws SQLException {
    return value(
        connection,
        "SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY t::text COLLATE \"C\"), '')) FROM "
            + from
            + " WHERE "
            + condition);
  }

  @Override
  public String toString() {
    return "PostgreSQL " + server.programs().majorVersion();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
