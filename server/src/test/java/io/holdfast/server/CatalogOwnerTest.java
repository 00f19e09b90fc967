package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/// The catalog belongs to an ordinary user who may make roles.
class CatalogOwnerTest {
  @Test
  void anOwnerWhoIsNoSuperuserMayActAsTheAccountsRole() throws Exception {
    try (TestServer postgres = TestServer.start(18, Map.of())) {
      postgres.sql("CREATE ROLE keeper LOGIN CREATEROLE", "CREATE DATABASE kept OWNER keeper");
      String url = "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/kept";
      var _ = Flyway.configure().dataSource(url, "keeper", "").load().migrate();
      try (Connection connection = DriverManager.getConnection(url, "keeper", "");
          Statement sql = connection.createStatement()) {
        boolean _ = sql.execute("SET ROLE holdfast_app");
        try (ResultSet row = sql.executeQuery("SELECT count(*) FROM backups")) {
          assertThat(row.next()).isTrue();
          assertThat(row.getLong(1)).isZero();
        }
      }
    }
  }
}
