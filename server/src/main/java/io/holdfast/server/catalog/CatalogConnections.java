package io.holdfast.server.catalog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/// Connections to the catalog.
public final class CatalogConnections {
  /// What those of servers are called in the database's list of sessions.
  public static final String OF_SERVER = "holdfast";

  /// What those of commands are called there.
  public static final String OF_COMMAND = "holdfast-command";

  private static final int CONNECTIONS_MAX = 12;
  private static final long WAIT_MILLIS_MAX = 10_000;
  private static final String SECONDS_MAX = "25";

  private CatalogConnections() {}

  /// A pool of connections, which the caller closes.
  ///
  /// @param name what they are called in the database's list of sessions
  public static HikariDataSource open(CatalogAddress address, String name) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("catalog");
    config.setJdbcUrl(address.jdbcUrl());
    config.setUsername(address.user());
    config.setPassword(address.password().expose());
    config.setMaximumPoolSize(CONNECTIONS_MAX);
    config.setConnectionTimeout(WAIT_MILLIS_MAX);
    config.setDataSourceProperties(address.properties());
    config.addDataSourceProperty("ApplicationName", name);
    // A host that vanishes is noticed before a lease is over.
    config.addDataSourceProperty("connectTimeout", SECONDS_MAX);
    config.addDataSourceProperty("socketTimeout", SECONDS_MAX);
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    return new HikariDataSource(config);
  }
}
