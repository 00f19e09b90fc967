package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The role that accounts' requests are made as sees one account's rows, by the database itself.
class CatalogRowSecurityTest {
  private static final UUID ADA = new UUID(0, 1);
  private static final UUID BOB = new UUID(0, 2);

  private static TestCatalog catalog;

  @BeforeAll
  static void start() throws IOException {
    catalog = TestCatalog.start();
    for (UUID account : List.of(ADA, BOB)) {
      catalog.run(
          "INSERT INTO accounts (id, application, external_id, tier) VALUES ('%s', 'app', '%s', 'free')"
              .formatted(account, account));
      catalog.run(
          """
          INSERT INTO backups (id, user_id, repository, snapshot, source, kind, type, size,
                 stored_bytes, checksum, status, created_at)
          VALUES ('of-%1$s', '%1$s', 'r', '%1$s', 'erp', 'tenant', 'full', 1, 1, 'x', 'completed',
                  now())
          """
              .formatted(account));
      catalog.run(
          """
          INSERT INTO runs (id, kind, request, source, resource, account, origin, status,
                 not_before, created_at)
          VALUES ('%1$s', 'full', '{}', 'erp', '%1$s', '%1$s', 'request', 'pending', now(), now())
          """
              .formatted(account));
      catalog.run("INSERT INTO run_log (run, line, text) VALUES ('%s', 1, 'x')".formatted(account));
    }
    catalog.run(
        """
        INSERT INTO backups (id, repository, snapshot, source, kind, type, size, stored_bytes,
               checksum, status, created_at)
        VALUES ('of-nobody', 'r', 's', 'erp', 'physical', 'full', 1, 1, 'x', 'completed', now())
        """);
  }

  @AfterAll
  static void stop() throws IOException {
    catalog.close();
  }

  /// Asks as the application's role, for an account, or for nobody where that is empty.
  private static List<String> seen(String account, String query) {
    return catalog
        .transactions()
        .execute(
            _ -> {
              become(account);
              return catalog.jdbc().sql(query).query((row, _) -> row.getString(1)).list();
            });
  }

  private static void become(String account) {
    JdbcClient jdbc = catalog.jdbc();
    int _ = jdbc.sql("SET LOCAL ROLE holdfast_app").update();
    List<String> _ =
        jdbc.sql("SELECT set_config('holdfast.account', :account, true)")
            .param("account", account)
            .query((row, _) -> row.getString(1))
            .list();
  }

  @Test
  void anAccountSeesItsOwnRowsAndNoOthers() {
    for (UUID account : List.of(ADA, BOB)) {
      String own = account.toString();
      assertThat(seen(own, "SELECT id FROM backups")).containsExactly("of-" + own);
      assertThat(seen(own, "SELECT id FROM runs")).containsExactly(own);
      assertThat(seen(own, "SELECT run FROM run_log")).containsExactly(own);
      assertThat(seen(own, "SELECT id FROM accounts")).containsExactly(own);
    }
  }

  @Test
  void whoIsNoAccountSeesNothing() {
    for (String table : List.of("backups", "runs", "run_log", "accounts")) {
      assertThat(seen("", "SELECT count(*) FROM " + table)).as(table).containsExactly("0");
    }
  }

  @Test
  void anAccountChangesNothingOfOthersAndNothingThatIsNotItsOwnToChange() {
    assertThat(
            catalog
                .transactions()
                .<Integer>execute(
                    _ -> {
                      become(ADA.toString());
                      return catalog
                          .jdbc()
                          .sql("UPDATE backups SET restore_count = restore_count + 1")
                          .update();
                    }))
        .isEqualTo(1);
    for (String statement :
        List.of(
            "UPDATE backups SET user_id = '" + ADA + "'",
            "DELETE FROM backups",
            "UPDATE runs SET status = 'cancelled'",
            "SELECT * FROM users",
            "SELECT * FROM api_tokens",
            "SELECT * FROM setup",
            "SELECT * FROM flyway_schema_history")) {
      assertThatThrownBy(() -> seen(ADA.toString(), statement))
          .as(statement)
          .isInstanceOf(DataAccessException.class)
          .rootCause()
          .hasMessageContaining("permission denied");
    }
  }
}
