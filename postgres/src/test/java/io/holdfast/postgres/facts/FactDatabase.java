package io.holdfast.postgres.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.postgres.sql.JdbcConnections;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.postgresql.PGConnection;

/// A database that is made when the first connection is opened, and statements in it.
final class FactDatabase {
  static final String FOREIGN_KEY_VIOLATION = "23503";
  static final String UNIQUE_VIOLATION = "23505";
  static final String INSUFFICIENT_PRIVILEGE = "42501";

  private static final AtomicInteger MADE = new AtomicInteger();

  private final int version;
  private final Supplier<TestServer> servers;
  private Optional<String> name = Optional.empty();

  FactDatabase(int version, Supplier<TestServer> servers) {
    this.version = version;
    this.servers = servers;
  }

  /// The major version of the server.
  int version() {
    return version;
  }

  /// As the superuser.
  Connection connect() {
    TestServer server = servers.get();
    if (name.isEmpty()) {
      String made = "fact" + MADE.incrementAndGet();
      server.sql("CREATE DATABASE " + made);
      name = Optional.of(made);
    }
    return JdbcConnections.open(server.url().withDatabase(name.orElseThrow()), "fact");
  }

  /// As a role that may not do much; `role` must be able to log in.
  Connection connectAs(String role) {
    return JdbcConnections.open(
        servers.get().tcpUrl(role, "").withDatabase(name.orElseThrow()), "fact");
  }

  /// Rows with columns separated by `|`.
  static List<String> rows(Connection connection, String sql) throws SQLException {
    return TestCluster.sql(connection, sql);
  }

  static void run(Connection connection, String... statements) throws SQLException {
    for (String statement : statements) {
      rows(connection, statement);
    }
  }

  static String value(Connection connection, String sql) throws SQLException {
    return rows(connection, sql).getFirst();
  }

  static void copyIn(Connection connection, String sql, String lines)
      throws SQLException, IOException {
    connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(lines));
  }

  static String copyOut(Connection connection, String sql) throws SQLException, IOException {
    StringWriter lines = new StringWriter();
    connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, lines);
    return lines.toString();
  }

  /// Expects the server to refuse.
  ///
  /// @return the SQLSTATE
  static String refused(Connection connection, String sql) {
    return refused(() -> rows(connection, sql));
  }

  /// As [#refused(Connection, String)], for what is no single statement.
  static String refused(ThrowingCallable work) {
    SQLException refusal = catchThrowableOfType(SQLException.class, work);
    assertThat((Throwable) refusal).as("not refused").isNotNull();
    return refusal.getSQLState();
  }

  @Override
  public String toString() {
    return "PostgreSQL " + version;
  }
}
