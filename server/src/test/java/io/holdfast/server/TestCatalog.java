package io.holdfast.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.server.catalog.CatalogJson;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// An empty catalog on a PostgreSQL server of its own, whose time a test sets.
public final class TestCatalog implements AutoCloseable {
  private final TestServer postgres;
  private final HikariDataSource pool;

  private TestCatalog(TestServer postgres, HikariDataSource pool) {
    this.postgres = postgres;
    this.pool = pool;
  }

  public static TestCatalog start() throws IOException {
    TestServer postgres = TestServer.start(18, Map.of());
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres");
    config.setUsername("postgres");
    config.setMaximumPoolSize(12);
    HikariDataSource pool = new HikariDataSource(config);
    var _ = Flyway.configure().dataSource(pool).load().migrate();
    TestCatalog catalog = new TestCatalog(postgres, pool);
    catalog.run("CREATE TABLE test_clock (at timestamptz)");
    catalog.run("INSERT INTO test_clock VALUES (now())");
    catalog.run("GRANT SELECT ON test_clock TO PUBLIC");
    catalog.run(
        "CREATE OR REPLACE FUNCTION catalog_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            + " 'SELECT at FROM test_clock'");
    return catalog;
  }

  /// Removes all runs and schedules, and sets the time.
  public void reset(InstantSource clock) {
    run("TRUNCATE runs, run_log, schedules CASCADE");
    time(clock);
    run(
        "UPDATE scheduling SET running = true, changed_at = catalog_now(), changed_by = 'holdfast'");
  }

  /// Sets the catalog's time.
  public void time(InstantSource clock) {
    Instant now = clock.instant();
    int _ =
        jdbc()
            .sql("UPDATE test_clock SET at = :at")
            .param("at", now.atOffset(java.time.ZoneOffset.UTC))
            .update();
  }

  public void run(String statement) {
    int _ = jdbc().sql(statement).update();
  }

  public JdbcClient jdbc() {
    return JdbcClient.create(pool);
  }

  public TransactionOperations transactions() {
    return new TransactionTemplate(new DataSourceTransactionManager(pool));
  }

  public static CatalogJson json() {
    return new CatalogJson(new JsonMapper());
  }

  @Override
  public void close() throws IOException {
    pool.close();
    postgres.close();
  }
}
