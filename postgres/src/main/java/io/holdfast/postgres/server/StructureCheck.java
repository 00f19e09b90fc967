package io.holdfast.postgres.server;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Checks B-tree indexes and, from PostgreSQL 14 on, tables with the server's extension `amcheck`.
/// Where a database lacks it, it is installed in a schema of its own: run this on scratch servers
/// only.
public final class StructureCheck {
  private static final String SCHEMA = "holdfast_amcheck";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final int MOST_ROWS_PER_TABLE = 10;
  private static final int FIRST_WITH_HEAP_CHECK = 140_000;

  private static final String INDEXES =
      """
      SELECT c.oid::pg_catalog.int8, n.nspname || '.' || c.relname
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_am a ON a.oid = c.relam
      WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence <> 't'
        AND i.indisvalid AND i.indisready AND i.indislive
      ORDER BY 2""";

  private static final String TABLES =
      """
      SELECT c.oid::pg_catalog.int8, n.nspname || '.' || c.relname
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_am a ON a.oid = c.relam
      WHERE a.amname = 'heap' AND c.relkind IN ('r', 't', 'm') AND c.relpersistence <> 't'
      ORDER BY 2""";

  private final ScratchServer server;
  private final String superuser;
  private final Depth depth;
  private final Cancellation cancellation;
  private final Progress progress;
  private final CheckReport.Builder report = new CheckReport.Builder();

  private StructureCheck(
      ScratchServer server,
      String superuser,
      Depth depth,
      Cancellation cancellation,
      Progress progress) {
    this.server = server;
    this.superuser = superuser;
    this.depth = depth;
    this.cancellation = cancellation;
    this.progress = progress;
  }

  /// How thorough the check is.
  public enum Depth {
    /// The order within each index, and tables.
    ORDER,
    /// Also that each index has an entry for every row.
    COMPLETENESS
  }

  private record Relation(long objectNumber, String name) {}

  /// Checks all databases that take connections. The report counts relations; a database in which
  /// `amcheck` cannot be had is a remark.
  public static CheckReport run(
      ScratchServer server,
      String superuser,
      Depth depth,
      Cancellation cancellation,
      Progress progress)
      throws SQLException {
    return new StructureCheck(server, superuser, depth, cancellation, progress).run();
  }

  private CheckReport run() throws SQLException {
    for (String database : databases()) {
      try (Connection connection = server.connectWithoutTriggers(database, superuser)) {
        check(database, connection);
      }
    }
    return report.build();
  }

  private List<String> databases() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Connection connection = server.connect("template1", superuser);
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn ORDER BY 1")) {
      while (result.next()) {
        names.add(result.getString(1));
      }
    }
    return names;
  }

  private void check(String database, Connection connection) throws SQLException {
    String schema = amcheckSchema(connection);
    if (schema.isEmpty()) {
      report.remark(database + ": the extension amcheck is not installed on this host");
      return;
    }
    progress.note("checking indexes and tables of " + database);
    String index =
        "SELECT " + schema + ".bt_index_check(?::pg_catalog.oid::pg_catalog.regclass, ?)";
    try (PreparedStatement statement = connection.prepareStatement(index)) {
      statement.setBoolean(2, depth == Depth.COMPLETENESS);
      for (Relation relation : relations(connection, INDEXES)) {
        checkIndex(database, relation, statement);
      }
    }
    if (serverVersion(connection) < FIRST_WITH_HEAP_CHECK) {
      report.remark(database + ": this version cannot check tables, only indexes");
      return;
    }
    String heap =
        "SELECT blkno, offnum, attnum, msg FROM "
            + schema
            + ".verify_heapam(relation => ?::pg_catalog.oid::pg_catalog.regclass) LIMIT "
            + MOST_ROWS_PER_TABLE;
    try (PreparedStatement statement = connection.prepareStatement(heap)) {
      for (Relation relation : relations(connection, TABLES)) {
        checkTable(database, relation, statement);
      }
    }
  }

  private void checkIndex(String database, Relation index, PreparedStatement statement) {
    cancellation.throwIfRequested();
    try {
      statement.setLong(1, index.objectNumber);
      statement.execute();
    } catch (SQLException e) {
      add(database + ": index " + index.name, e);
    }
    report.checked(1);
  }

  private void checkTable(String database, Relation table, PreparedStatement statement)
      throws SQLException {
    cancellation.throwIfRequested();
    String where = database + ": table " + table.name;
    statement.setLong(1, table.objectNumber);
    try (ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        report.finding(
            where,
            "block "
                + result.getLong(1)
                + ", item "
                + result.getLong(2)
                + ": "
                + result.getString(4));
      }
    } catch (SQLException e) {
      add(where, e);
    }
    report.checked(1);
  }

  private void add(String where, SQLException failure) {
    if (LOCK_NOT_AVAILABLE.equals(failure.getSQLState())) {
      report.remark(where + ": not checked, a prepared transaction holds it locked");
    } else {
      report.finding(where, firstLine(failure));
    }
  }

  private static List<Relation> relations(Connection connection, String query) throws SQLException {
    List<Relation> relations = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        relations.add(new Relation(result.getLong(1), result.getString(2)));
      }
    }
    return relations;
  }

  /// The quoted schema of `amcheck`; empty if it cannot be had.
  private static String amcheckSchema(Connection connection) throws SQLException {
    String schema =
        text(
            connection,
            "SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
                + " WHERE e.extname = 'amcheck'");
    if (!schema.isEmpty()) {
      return schema;
    }
    if (text(
            connection,
            "SELECT name FROM pg_catalog.pg_available_extensions WHERE name = 'amcheck'")
        .isEmpty()) {
      return "";
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + SCHEMA);
      statement.execute("CREATE EXTENSION amcheck SCHEMA " + SCHEMA);
    }
    return SCHEMA;
  }

  private static int serverVersion(Connection connection) throws SQLException {
    return Integer.parseInt(
        text(connection, "SELECT pg_catalog.current_setting('server_version_num')"));
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    }
  }

  static String firstLine(SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.lines().findFirst().orElse(message);
  }
}
