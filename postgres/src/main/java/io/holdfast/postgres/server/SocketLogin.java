package io.holdfast.postgres.server;

import io.holdfast.postgres.sql.UnixSocketFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;

/// How pgjdbc logs in to a server of ours, which listens on a Unix socket only.
final class SocketLogin {
  static final int PORT = 5432;

  private SocketLogin() {}

  /// The socket of the server whose sockets lie in `directory`.
  static Path socketIn(Path directory) {
    return directory.resolve(".s.PGSQL." + PORT);
  }

  /// New properties for pgjdbc's driver, to which the caller may add.
  static Properties properties(Path socketDirectory, String user, String applicationName) {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty("socketFactoryArg", socketIn(socketDirectory).toString());
    return properties;
  }

  static Connection connect(Properties properties, String database) throws SQLException {
    properties.setProperty("PGDBNAME", database);
    Connection connection = new Driver().connect("jdbc:postgresql://localhost/", properties);
    if (connection == null) {
      throw new SQLException("the driver refuses its own address");
    }
    return connection;
  }
}
