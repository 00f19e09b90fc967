package io.holdfast.tenant.testing;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import java.io.IOException;
import java.util.Map;

/// A server on which each test gets a database of its own.
public final class TestDatabases implements AutoCloseable {
  private final TestServer server;
  private int databases;

  private TestDatabases(TestServer server) {
    this.server = server;
  }

  public static TestDatabases start(int majorVersion) throws IOException {
    return new TestDatabases(TestServer.start(majorVersion, Map.of()));
  }

  /// A new database in which these statements were run.
  public ConnectionUrl create(String... statements) {
    String name = "db" + ++databases;
    server.sql("CREATE DATABASE " + name);
    ConnectionUrl url = server.url().withDatabase(name);
    run(url, statements);
    return url;
  }

  public static void run(ConnectionUrl url, String... statements) {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      for (String statement : statements) {
        sql.query(statement);
      }
    }
  }

  /// What a new database with these tables says of itself.
  public Catalog catalog(String... statements) {
    return catalog(create(statements));
  }

  public static Catalog catalog(ConnectionUrl url) {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      return CatalogReader.read(sql);
    }
  }

  public TestServer server() {
    return server;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
