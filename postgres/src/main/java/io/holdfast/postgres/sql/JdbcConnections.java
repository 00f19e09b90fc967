package io.holdfast.postgres.sql;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;

/// The one place that turns a URL into a connection of pgjdbc: first host that answers and is what
/// `target_session_attrs` asks for, limits on connecting and on waiting for an answer.
public final class JdbcConnections {
  private static final String ANSWER_SECONDS = "120";

  private JdbcConnections() {}

  /// @throws BackupException that says what refuses and what to do
  public static Connection open(ConnectionUrl url, String applicationName) {
    List<BackupException> failures = new ArrayList<>();
    for (boolean anyWillDo : passes(url)) {
      for (Host host : url.hosts()) {
        try {
          return connect(url, host, applicationName, anyWillDo);
        } catch (SQLException e) {
          BackupException failure = SqlFailures.translate(url, e);
          if (failure.code() != ErrorCode.SERVER_UNAVAILABLE) {
            throw failure;
          }
          failures.add(failure);
        }
      }
    }
    BackupException last = failures.getLast();
    failures.subList(0, failures.size() - 1).forEach(last::addSuppressed);
    throw last;
  }

  private static List<Boolean> passes(ConnectionUrl url) {
    return switch (url.targetSession()) {
      case ANY -> List.of(true);
      case READ_WRITE, READ_ONLY, PRIMARY, STANDBY -> List.of(false);
      case PREFER_STANDBY -> List.of(false, true);
    };
  }

  private static Connection connect(
      ConnectionUrl url, Host host, String applicationName, boolean anyWillDo) throws SQLException {
    Properties properties = properties(url, applicationName);
    String address = host.toString();
    if (host.isSocketDirectory()) {
      properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
      properties.setProperty("socketFactoryArg", host.toString());
      properties.setProperty("sslmode", SslMode.DISABLE.word());
      address = "localhost:" + host.port();
    }
    String database = URLEncoder.encode(url.database(), StandardCharsets.UTF_8);
    Connection connection =
        new Driver().connect("jdbc:postgresql://" + address + "/" + database, properties);
    if (connection == null) {
      throw new SQLException("the driver does not take the address " + address);
    }
    try {
      if (!anyWillDo) {
        requireSession(connection, url, host);
      }
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Properties properties(ConnectionUrl url, String applicationName) {
    Properties properties = new Properties();
    properties.setProperty("user", url.user());
    url.password().map(Secret::expose).ifPresent(p -> properties.setProperty("password", p));
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty(
        "connectTimeout", Long.toString(Math.max(1, url.connectTimeout().toSeconds())));
    properties.setProperty("socketTimeout", ANSWER_SECONDS);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("assumeMinServerVersion", "13");
    properties.setProperty("sslmode", url.sslMode().word());
    properties.setProperty("sslfactory", UrlSslFactory.class.getName());
    for (String name : List.of("sslrootcert", "sslcert", "sslkey", "options")) {
      url.option(name).ifPresent(value -> properties.setProperty(name, value));
    }
    url.option("channel_binding")
        .ifPresent(value -> properties.setProperty("channelBinding", value));
    return properties;
  }

  private static void requireSession(Connection connection, ConnectionUrl url, Host host)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")) {
      row.next();
      boolean standby = row.getBoolean(1);
      boolean readOnly = row.getBoolean(2);
      boolean suits =
          switch (url.targetSession()) {
            case ANY -> true;
            case READ_WRITE -> !readOnly;
            case READ_ONLY -> readOnly;
            case PRIMARY -> !standby;
            case STANDBY, PREFER_STANDBY -> standby;
          };
      if (!suits) {
        throw new SQLException(
            host + " is not what target_session_attrs=" + url.targetSession().word() + " asks for");
      }
    }
  }
}
