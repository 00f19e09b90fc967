package io.holdfast.postgres.sql;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.postgresql.Driver;

/// One connection for queries whose answers are small. *Confined* to one thread.
public final class SqlConnection implements AutoCloseable {
  private static final int ROWS_MAX = 100_000;

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
    Properties properties = new Properties();
    properties.setProperty("user", url.user());
    url.password().map(Secret::expose).ifPresent(p -> properties.setProperty("password", p));
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("connectTimeout", "15");
    properties.setProperty("socketTimeout", "120");
    properties.setProperty("sslmode", url.sslMode().word());
    properties.setProperty("assumeMinServerVersion", "13");
    url.option("sslrootcert").ifPresent(file -> properties.setProperty("sslrootcert", file));
    Host first = url.hosts().getFirst();
    String address =
        url.hosts().stream().map(SqlConnection::address).collect(Collectors.joining(","));
    if (first.isSocketDirectory()) {
      properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
      properties.setProperty("socketFactoryArg", first.toString());
      properties.setProperty("sslmode", "disable");
      address = "localhost:" + first.port();
    }
    try {
      Connection connection =
          new Driver()
              .connect("jdbc:postgresql://" + address + "/" + encode(url.database()), properties);
      if (connection == null) {
        throw new SQLException("the driver does not take the address " + address);
      }
      return new SqlConnection(connection, url);
    } catch (SQLException e) {
      throw translate(url, e);
    }
  }

  private static String address(Host host) {
    return (host.name().contains(":") ? "[" + host.name() + "]" : host.name()) + ":" + host.port();
  }

  private static String encode(String database) {
    return java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8);
  }

  /// The rows of a query, every value as text, absent ones empty.
  public List<List<String>> query(String sql, String... values) {
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
    } catch (SQLException e) {
      throw translate(url, e);
    }
  }

  private static List<List<String>> rows(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    List<List<String>> rows = new ArrayList<>();
    while (result.next() && rows.size() < ROWS_MAX) {
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
    List<List<String>> rows = query(sql, values);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst().getFirst());
  }

  /// As [#value], but empty also where the server refuses (no privilege, no such function).
  public Optional<String> valueIfAllowed(String sql, String... values) {
    try {
      return value(sql, values);
    } catch (BackupException e) {
      if (e.code() == ErrorCode.SERVER_UNAVAILABLE && !isOpen()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private boolean isOpen() {
    try {
      return connection.isValid(5);
    } catch (SQLException _) {
      return false;
    }
  }

  private static BackupException translate(ConnectionUrl url, SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String message = url + ": " + firstLine(e.getMessage() == null ? "" : e.getMessage());
    return switch (state) {
      case "28000", "28P01" ->
          new BackupException(
              ErrorCode.AUTHENTICATION_REFUSED,
              message,
              "Check user and password in the URL, and the line for this user in the server's pg_hba.conf.",
              e);
      case "3D000" ->
          new BackupException(
              ErrorCode.BAD_URL, message, "Name an existing database at the end of the URL.", e);
      case "42501" ->
          new BackupException(
              ErrorCode.PRIVILEGE_MISSING,
              message,
              "Grant what is missing to the role " + url.user() + ".",
              e);
      default ->
          new BackupException(
              ErrorCode.SERVER_UNAVAILABLE,
              message,
              "Check that the server runs and that the URL is right.",
              e);
    };
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse(text);
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
