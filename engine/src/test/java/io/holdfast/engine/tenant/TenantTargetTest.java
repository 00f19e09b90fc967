package io.holdfast.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who waits while a tenant is restored.
@Timeout(120)
class TenantTargetTest {
  @Test
  void newRowsOfTheTenantDoNotWaitAndChangesOfItsRootDo() throws IOException {
    try (TestServer server = TestServer.start(15, Map.of());
        SqlConnection user = SqlConnection.open(server.url(), "test")) {
      user.query("CREATE TABLE accounts (id int PRIMARY KEY, name text)");
      user.query(
          "CREATE TABLE tasks (id int PRIMARY KEY, account_id int NOT NULL REFERENCES accounts)");
      user.query("INSERT INTO accounts VALUES (1, 'one'), (2, 'two')");
      user.query("SET lock_timeout = '500ms'");
      ScopeMap map =
          Discovery.discover(
                  CatalogReader.read(user),
                  "account",
                  new QualifiedName("public", "accounts"),
                  Optional.of("account_id"))
              .map();
      try (TenantTarget target =
          TenantTarget.open(
              server.url(),
              map,
              "1",
              TenantTarget.Use.WRITE,
              Duration.ofSeconds(10),
              new Cancellation())) {
        user.query("INSERT INTO tasks VALUES (10, 1)");
        user.query("UPDATE accounts SET name = 'new' WHERE id = 2");
        assertThatThrownBy(() -> user.query("UPDATE accounts SET name = 'new' WHERE id = 1"))
            .hasMessageContaining("lock timeout");
        target.commit("none");
      }
      assertThat(user.query("SELECT id, name FROM accounts ORDER BY id"))
          .hasToString("[[1, one], [2, new]]");
    }
  }
}
