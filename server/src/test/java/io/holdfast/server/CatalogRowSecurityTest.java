package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
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

  /// Shares that end are not there any more for the next test.
  @AfterEach
  void nothingIsShared() {
    catalog.run("TRUNCATE backup_shares, account_templates");
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

  private static void share(UUID owner, UUID receiver, String until) {
    int _ = catalog.jdbc().sql(shareStatement(owner, owner, receiver, until)).update();
  }

  private static String shareStatement(UUID backupOf, UUID owner, UUID receiver, String until) {
    return """
        INSERT INTO backup_shares (id, backup, owner, application, shared_by, receiver, rights,
               until, made_by)
        VALUES (gen_random_uuid(), 'of-%s', '%s', 'app', '%s', '%s', '{view}', %s, 'x')
        """
        .formatted(backupOf, owner, owner, receiver, until);
  }

  private static int changed(UUID account, String statement) {
    return catalog
        .transactions()
        .<Integer>execute(
            _ -> {
              become(account.toString());
              return catalog.jdbc().sql(statement).update();
            });
  }

  @Test
  void anAccountAlsoSeesWhatIsSharedWithItUntilThatEnds() {
    String bob = BOB.toString();
    String query = "SELECT id FROM backups ORDER BY id";
    share(ADA, BOB, "NULL");
    assertThat(seen(bob, query)).containsExactly("of-" + ADA, "of-" + BOB);
    assertThat(seen(bob, "SELECT receiver FROM backup_shares")).containsExactly(bob);
    assertThat(seen(ADA.toString(), query)).containsExactly("of-" + ADA);
    assertThat(seen(ADA.toString(), "SELECT receiver FROM backup_shares")).containsExactly(bob);
    assertThat(seen("", "SELECT id FROM backup_shares")).isEmpty();
    assertThat(seen(bob, "SELECT run FROM run_log"))
        .as("not what was told of it")
        .containsExactly(bob);

    catalog.run("UPDATE backup_shares SET until = catalog_now() + interval '1 minute'");
    assertThat(seen(bob, query)).hasSize(2);
    catalog.run("UPDATE backup_shares SET until = catalog_now()");
    assertThat(seen(bob, query)).containsExactly("of-" + BOB);
    assertThat(seen(bob, "SELECT receiver FROM backup_shares")).isEmpty();
  }

  @Test
  void theSameIdInAnotherApplicationIsAnotherAccount() {
    UUID namesake = new UUID(0, 3);
    catalog.run(
        "INSERT INTO accounts (id, application, external_id, tier) VALUES ('%s', 'rival', '%s', 'free')"
            .formatted(namesake, BOB));
    share(ADA, BOB, "NULL");
    assertThat(seen(namesake.toString(), "SELECT id FROM backups")).isEmpty();
    assertThat(seen(namesake.toString(), "SELECT id FROM backup_shares")).isEmpty();
    assertThat(changed(namesake, "DELETE FROM backup_shares")).isZero();
  }

  @Test
  void whatIsSharedIsReadAndNotChanged() {
    share(ADA, BOB, "NULL");
    assertThat(changed(BOB, "UPDATE backups SET restore_count = 7 WHERE id = 'of-" + ADA + "'"))
        .isZero();
    assertThat(changed(BOB, "UPDATE backup_shares SET rights = '{view,download}'")).isZero();
    assertThat(changed(BOB, "DELETE FROM backup_shares")).as("it is declined").isEqualTo(1);
  }

  @Test
  void nobodySharesWhatIsAnothers() {
    for (String statement :
        List.of(
            shareStatement(ADA, ADA, BOB, "NULL"),
            shareStatement(ADA, BOB, ADA, "NULL"),
            shareStatement(BOB, BOB, ADA, "NULL").replace("'app'", "'rival'"),
            shareStatement(BOB, BOB, ADA, "NULL").replace("'" + BOB + "', '" + ADA, "'x', '" + ADA),
            shareStatement(BOB, BOB, BOB, "NULL"))) {
      assertThatThrownBy(() -> changed(BOB, statement))
          .as(statement)
          .isInstanceOf(DataAccessException.class);
    }
    assertThat(changed(BOB, shareStatement(BOB, BOB, ADA, "NULL"))).isEqualTo(1);
  }

  private static String templateStatement(String account, String name) {
    return """
        INSERT INTO account_templates (id, application, account, name, scope, auto_backup, frequency,
               include_audio, include_documents, retention_days, max_backups, encrypt_backups, made_by)
        VALUES (gen_random_uuid(), 'app', %s, '%s', 'full', true, 'daily', true, true, 1, 1, true, 'x')
        """
        .formatted(account, name);
  }

  @Test
  void anAccountWritesItsOwnTemplatesAndReadsThoseOfItsApplication() {
    catalog.run(templateStatement("NULL", "all"));
    catalog.run(templateStatement("NULL", "rivals").replace("'app'", "'rival'"));
    catalog.run(templateStatement("'" + BOB + "'", "bobs"));
    assertThat(changed(ADA, templateStatement("'" + ADA + "'", "adas"))).isEqualTo(1);
    assertThat(seen(ADA.toString(), "SELECT name FROM account_templates ORDER BY name"))
        .containsExactly("adas", "all");
    for (String statement :
        List.of(
            templateStatement("NULL", "more"),
            templateStatement("'" + BOB + "'", "more"),
            templateStatement("'" + ADA + "'", "more").replace("'app'", "'rival'"))) {
      assertThatThrownBy(() -> changed(ADA, statement))
          .as(statement)
          .isInstanceOf(DataAccessException.class);
    }
    assertThat(changed(ADA, "DELETE FROM account_templates")).isEqualTo(1);
    assertThat(seen("", "SELECT name FROM account_templates")).isEmpty();
  }
}
