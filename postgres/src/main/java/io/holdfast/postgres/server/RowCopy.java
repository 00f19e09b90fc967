package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/// Copies all rows of a database into one on another server that has the same tables, whatever the
/// versions of the two. Needs no client programs: rows go through this process, a row at a time.
///
/// Nobody else may be connected to either. *Confined* to one thread.
public final class RowCopy {
  private static final int TABLES_MAX = 10_000;
  private static final String SUITABLE =
      "Bring both to the same schema first: run this version's migrations on the old one, too.";

  private static final String OURS =
      " n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_' ";

  /// Each table with the columns that rows are made of: what is computed from them is left out.
  private static final String TABLES =
      """
      SELECT format('%I.%I', n.nspname, c.relname),
             string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname),
             string_agg(format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attname)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
       WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND
      """
          + OURS
          + "GROUP BY n.nspname, c.relname";

  private static final String SEQUENCES =
      """
      SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'S' AND
      """
          + OURS;

  /// What would be lost, or would change the rows on their way.
  private static final String OBSTACLES =
      """
      SELECT format('trigger %I of %s', t.tgname, t.tgrelid::regclass)
        FROM pg_catalog.pg_trigger t WHERE t.tgenabled IN ('A', 'R')
      UNION ALL
      SELECT format('large object %s', oid) FROM pg_catalog.pg_largeobject_metadata
      UNION ALL
      SELECT format('%s %s', CASE relkind WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
                    oid::regclass)
        FROM pg_catalog.pg_class WHERE relkind IN ('m', 'f')
      LIMIT 10
      """;

  private final Connection from;
  private final Connection to;
  private final Cancellation cancellation;

  private RowCopy(Connection from, Connection to, Cancellation cancellation) {
    this.from = from;
    this.to = to;
    this.cancellation = cancellation;
  }

  /// A table's columns in the order of their names, and their types.
  private record Columns(String names, String types) {}

  /// Replaces all rows of the database on `to` by those of the one on `from`, and sets its
  /// sequences; all of it or nothing.
  ///
  /// @return the number of rows copied
  /// @throws BackupException `TARGET_UNSUITABLE` if the two have not the same tables, columns and
  ///   sequences, or hold what cannot be copied this way
  public static long copy(
      LastingServer from, LastingServer to, String database, Cancellation cancellation)
      throws IOException {
    try (Connection source = from.connect(database);
        Connection target = to.connect(database)) {
      source.setAutoCommit(false);
      source.setReadOnly(true);
      source.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      target.setAutoCommit(false);
      long rows = new RowCopy(source, target, cancellation).copyAll();
      target.commit();
      target.setAutoCommit(true);
      execute(target, "ANALYZE");
      return rows;
    } catch (SQLException e) {
      throw new IOException("the rows of " + database + " cannot be copied: " + e.getMessage(), e);
    }
  }

  private long copyAll() throws SQLException {
    Map<String, Columns> tables = tables(from);
    List<String> sequences = list(from, SEQUENCES);
    requireSame(tables, sequences);
    for (Connection connection : List.of(from, to)) {
      List<String> obstacles = list(connection, OBSTACLES);
      if (!obstacles.isEmpty()) {
        throw unsuitable("what is here cannot be copied: " + String.join(", ", obstacles));
      }
    }
    // Neither triggers nor foreign keys: the rows have been through both.
    execute(to, "SET LOCAL session_replication_role = replica");
    if (!tables.isEmpty()) {
      execute(to, "TRUNCATE " + String.join(", ", tables.keySet()));
    }
    long rows = 0;
    for (Map.Entry<String, Columns> table : tables.entrySet()) {
      rows += copyTable(table.getKey() + " (" + table.getValue().names() + ")");
    }
    for (String sequence : sequences) {
      copySequence(sequence);
    }
    return rows;
  }

  /// Both ends count what went through them.
  private long copyTable(String table) throws SQLException {
    CopyManager source = from.unwrap(PGConnection.class).getCopyAPI();
    CopyManager target = to.unwrap(PGConnection.class).getCopyAPI();
    CopyOut out = source.copyOut("COPY " + table + " TO STDOUT");
    CopyIn in = target.copyIn("COPY " + table + " FROM STDIN");
    for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
      cancellation.throwIfRequested();
      in.writeToCopy(row, 0, row.length);
    }
    long copied = in.endCopy();
    if (copied != out.getHandledRowCount()) {
      throw new SQLException(
          table + ": " + copied + " of " + out.getHandledRowCount() + " rows arrived");
    }
    return copied;
  }

  private void copySequence(String name) throws SQLException {
    try (Statement read = from.createStatement();
        ResultSet value = read.executeQuery("SELECT last_value, is_called FROM " + name);
        var write = to.prepareStatement("SELECT setval(?::regclass, ?, ?)")) {
      value.next();
      write.setString(1, name);
      write.setLong(2, value.getLong(1));
      write.setBoolean(3, value.getBoolean(2));
      write.execute();
    }
  }

  private void requireSame(Map<String, Columns> tables, List<String> sequences)
      throws SQLException {
    Map<String, Columns> others = tables(to);
    TreeSet<String> different = new TreeSet<>(tables.keySet());
    different.addAll(others.keySet());
    different.removeIf(
        name ->
            tables.containsKey(name)
                && others.containsKey(name)
                && tables.get(name).equals(others.get(name)));
    TreeSet<String> theirs = new TreeSet<>(list(to, SEQUENCES));
    TreeSet<String> missing = new TreeSet<>(sequences);
    missing.removeAll(theirs);
    theirs.removeAll(sequences);
    different.addAll(missing);
    different.addAll(theirs);
    if (!different.isEmpty()) {
      throw unsuitable(
          "these are not the same on both sides: "
              + String.join(", ", different.stream().limit(10).toList()));
    }
  }

  private static Map<String, Columns> tables(Connection connection) throws SQLException {
    Map<String, Columns> tables = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(TABLES)) {
      while (row.next()) {
        if (tables.size() == TABLES_MAX) {
          throw unsuitable("there are more than " + TABLES_MAX + " tables");
        }
        tables.put(row.getString(1), new Columns(row.getString(2), row.getString(3)));
      }
    }
    return tables;
  }

  private static List<String> list(Connection connection, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next() && rows.size() < TABLES_MAX) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static BackupException unsuitable(String what) {
    return new BackupException(ErrorCode.TARGET_UNSUITABLE, what, SUITABLE);
  }
}
