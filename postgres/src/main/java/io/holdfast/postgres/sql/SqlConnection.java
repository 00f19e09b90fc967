package io.holdfast.postgres.sql;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One connection for queries whose answers are small. *Confined* to one thread.
public final class SqlConnection implements AutoCloseable {
  private static final int ROWS_MAX = 1_000_000;

  private final Connection connection;
  private final ConnectionUrl url;

  private SqlConnection(Connection connection, ConnectionUrl url) {
    this.connection = connection;
    this.url = url;
  }

  /// Connects as the URL says.
  ///
  /// @throws BackupException that says what refuses and what to do
  public static SqlConnection open(ConnectionUrl url, String applicationName) {
    return new SqlConnection(JdbcConnections.open(url, applicationName), url);
  }

  /// The rows of a query, every value as text, absent ones empty.
  public List<List<String>> query(String sql, String... values) {
    try {
      return run(sql, values);
    } catch (SQLException e) {
      throw SqlFailures.translate(url, e);
    }
  }

  private List<List<String>> run(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      if (!statement.execute()) {
        return List.of();
      }
      try (ResultSet result = statement.getResultSet()) {
        return rows(result);
      }
    }
  }

  private List<List<String>> rows(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    List<List<String>> rows = new ArrayList<>();
    while (result.next()) {
      if (rows.size() == ROWS_MAX) {
        throw new BackupException(
            ErrorCode.SERVER_SETTING_UNSUITABLE,
            url + ": a query has more than " + ROWS_MAX + " rows",
            "This cluster is larger than this version of Holdfast can describe.");
      }
      List<String> row = new ArrayList<>(columns.getColumnCount());
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        String value = result.getString(i);
        row.add(value == null ? "" : value);
      }
      rows.add(row);
    }
    return rows;
  }

  /// The only value of the only row, empty if there is none.
  public Optional<String> value(String sql, String... values) {
    return first(query(sql, values));
  }

  /// As [#value], but empty also where the server refuses: the role lacks the privilege, or this
  /// version has no such function, table or setting.
  public Optional<String> valueIfAllowed(String sql, String... values) {
    return first(queryIfAllowed(sql, values));
  }

  /// As [#query], but no rows where the server refuses.
  public List<List<String>> queryIfAllowed(String sql, String... values) {
    try {
      return run(sql, values);
    } catch (SQLException e) {
      if (SqlFailures.isNotForUs(e)) {
        return List.of();
      }
      throw SqlFailures.translate(url, e);
    }
  }

  private static Optional<String> first(List<List<String>> rows) {
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst().getFirst());
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException _) {
      // Nothing was written through this connection.
    }
  }
}
