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
import io.holdfast.tenant.scope.Triggers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who waits while a tenant is restored.
@Timeout(120)
class TenantTargetTest {
  @ParameterizedTest
  @CsvSource({"ADD, FIRE, goes", "CHANGE, FIRE, waits", "ADD, REPLICA, waits"})
  void changesOfTheRootWaitAndNewRowsWhereOthersMayGoOrTriggersRest(
      TenantTarget.Use use, Triggers triggers, String newRow) throws IOException {
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
              triggering(map, triggers),
              "1",
              use,
              Duration.ofSeconds(10),
              new Cancellation())) {
        String insert = "INSERT INTO tasks VALUES (10, 1)";
        if (newRow.equals("goes")) {
          user.query(insert);
        } else {
          assertThatThrownBy(() -> user.query(insert)).hasMessageContaining("lock timeout");
        }
        user.query("UPDATE accounts SET name = 'new' WHERE id = 2");
        assertThatThrownBy(() -> user.query("UPDATE accounts SET name = 'new' WHERE id = 1"))
            .hasMessageContaining("lock timeout");
        target.commit("none");
      }
      assertThat(user.query("SELECT id, name FROM accounts ORDER BY id"))
          .hasToString("[[1, one], [2, new]]");
    }
  }

  private static ScopeMap triggering(ScopeMap map, Triggers triggers) {
    return new ScopeMap(
        map.name(),
        map.root(),
        map.tenantColumn(),
        map.owned(),
        map.referenced(),
        map.excluded(),
        map.virtualReferences(),
        map.columns(),
        triggers,
        map.assets(),
        map.fingerprint(),
        map.schema());
  }
}
