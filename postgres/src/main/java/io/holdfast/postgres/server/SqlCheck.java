package io.holdfast.postgres.server;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Optional;

/// Runs the user's statements on restored data. A statement is a finding if it fails, if the first
/// value of its result is a boolean that is not true, or if one of the first 100,000 rows has a
/// boolean column `ok` that is not true.
public final class SqlCheck {
  private static final int MOST_ROWS = 100_000;

  private SqlCheck() {}

  /// Runs the statements one after the other, each in a transaction of its own, and goes on after a
  /// finding. The report counts statements.
  public static CheckReport run(Connection connection, SqlScript script) throws SQLException {
    CheckReport.Builder report = new CheckReport.Builder();
    for (SqlScript.Statement statement : script.statements()) {
      Optional<String> finding = run(connection, statement.text());
      finding.ifPresent(what -> report.finding("line " + statement.line(), what));
      report.checked(1);
      if (connection.isClosed()) {
        report.remark("the connection was lost at line " + statement.line());
        break;
      }
    }
    return report.build();
  }

  private static Optional<String> run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.setMaxRows(MOST_ROWS);
      if (!statement.execute(sql)) {
        return Optional.empty();
      }
      try (ResultSet result = statement.getResultSet()) {
        return judge(result);
      }
    } catch (SQLException e) {
      return Optional.of(StructureCheck.firstLine(e));
    }
  }

  private static Optional<String> judge(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    int ok = 0;
    for (int column = columns.getColumnCount(); column > 0; column--) {
      if (columns.getColumnLabel(column).equals("ok") && isBoolean(columns, column)) {
        ok = column;
      }
    }
    for (long row = 1; result.next(); row++) {
      if (row == 1 && isBoolean(columns, 1) && !result.getBoolean(1)) {
        return Optional.of("the answer is " + result.getString(1) + ", not true");
      }
      if (ok > 0 && !result.getBoolean(ok)) {
        return Optional.of("row " + row + " is not ok");
      }
    }
    return Optional.empty();
  }

  private static boolean isBoolean(ResultSetMetaData columns, int column) throws SQLException {
    return columns.getColumnCount() >= column
        && (columns.getColumnType(column) == Types.BIT
            || columns.getColumnType(column) == Types.BOOLEAN);
  }
}
