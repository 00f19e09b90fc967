package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.ServerProgram;
import io.holdfast.engine.api.ServerProgram.Extent;
import io.holdfast.engine.catalog.SavedCatalog;
import io.holdfast.engine.config.Flags;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.server.catalog.CatalogAddress;
import io.holdfast.server.catalog.CatalogConnections;
import io.holdfast.server.rescue.CatalogSaver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/// The catalog is lost, and made anew from the repository.
class CatalogRebuildTest {
  private static final UUID ADA = HostApplication.account(0);
  private static final String OWNER = HostApplication.token(ADA, UnaryOperator.identity());

  @TempDir private Path directory;

  private TestServer postgres;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    HostApplication.install(postgres, directory);
    server = RunningServer.start(postgres, directory);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    postgres.close();
  }

  @Test
  void aLostCatalogComesBackWithAllThatWasDefined() throws Exception {
    server.signIn();
    String token = define();
    String backup = backUp();
    save();
    Map<String, JsonNode> before = definitions(token);
    String digest = audit("SELECT encode(digest, 'hex') FROM audit ORDER BY number DESC LIMIT 1");

    lose();
    RunningServer signedIn = server;
    server = RunningServer.start(postgres, directory);
    assertThat(server.said()).contains("BUT the repository holds a saved catalog");
    assertThat(server.sendShowing(token, "GET", "/api/users").status()).isEqualTo(401);
    server.close();
    ServerProgram.Rebuilt rebuilt = rebuild(Optional.empty(), Extent.ALL);
    assertThat(rebuilt.document()).containsEntry("rebuilt", true);

    server = RunningServer.start(postgres, directory).as(signedIn);
    assertThat(server.said()).doesNotContain("hfsetup_").doesNotContain("BUT the repository");
    Eventually.await(
        "the backup is listed",
        () -> RunningServer.catalog(postgres, "SELECT count(*) FROM backups").equals("1"));
    assertThat(definitions(token)).isEqualTo(before);
    JsonNode seen = server.sendShowing(OWNER, "GET", "/api/backups").json();
    assertThat(seen.get("data").findValuesAsString("id")).containsExactly(backup);
    assertThat(seen.get("data").get(0).get("verifiedAt").isNull()).isFalse();
    JsonNode log = server.post("/api/audit/verify", Map.of()).json();
    assertThat(log.get("problem").isNull()).as(log.toString()).isTrue();
    assertThat(log.get("checkpoints").asInt()).isPositive();
    assertThat(audit("SELECT count(*) FROM audit WHERE encode(digest, 'hex') = '" + digest + "'"))
        .isEqualTo("1");
    assertThat(audit("SELECT action FROM audit ORDER BY number DESC LIMIT 1"))
        .isEqualTo("catalog.rebuild");
    save();
    try (Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      assertThat(holdfast.catalogs().list())
          .as("the rebuilt one goes on as the lost one; the one between is another")
          .extracting(SavedCatalog::lineage)
          .endsWith(lineage())
          .contains(lineage());
    }
  }

  @Test
  void aCatalogInUseIsNotWrittenOver() throws Exception {
    server.signIn();
    save();
    String users = RunningServer.catalog(postgres, "SELECT count(*) FROM users");
    assertFails("works with this catalog|is in use");
    server.close();
    assertFails("is in use: its table users has 1 rows");
    assertThat(RunningServer.catalog(postgres, "SELECT count(*) FROM users")).isEqualTo(users);

    postgres.sql("DROP DATABASE catalog");
    postgres.sql("CREATE DATABASE catalog");
    RunningServer.catalogDo(postgres, "CREATE TABLE mine AS SELECT 1 AS n");
    assertFails("not Holdfast's");
    assertThat(RunningServer.catalog(postgres, "SELECT n FROM mine")).isEqualTo("1");
    RunningServer.catalogDo(postgres, "DROP TABLE mine");

    ServerProgram.Rebuilt planned = rebuild(Optional.empty(), Extent.PLAN);
    assertThat(planned.document()).containsEntry("rebuilt", false);
    assertThat(
            RunningServer.catalog(
                postgres, "SELECT count(*) FROM pg_tables" + " WHERE schemaname = 'public'"))
        .isEqualTo("0");
    assertThatThrownBy(() -> rebuild(Optional.of("no such"), Extent.PLAN))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND));
  }

  @Test
  void whoeverRewritesTheAuditLogIsFoundOutByWhatTheRepositoryNoted() throws Exception {
    server.signIn();
    var _ = server.post("/api/users", Map.of("name", "mallory", "role", "viewer"));
    save();
    RunningServer.catalogDo(postgres, "ALTER TABLE audit DISABLE TRIGGER ALL");
    RunningServer.catalogDo(
        postgres, "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)");
    assertThat(problem()).contains("are missing: there were");

    // A chain that is whole in itself, and another one.
    RunningServer.catalogDo(postgres, "DELETE FROM audit");
    for (String name : List.of("alice", "agnes", "amber")) {
      var _ = server.post("/api/users", Map.of("name", name, "role", "viewer"));
    }
    assertThat(problem()).contains("is not what it was in holdfast-catalog_full_");
  }

  private String problem() throws Exception {
    return server.post("/api/audit/verify", Map.of()).json().get("problem").asString();
  }

  @Test
  void whatCommitsWhileItIsSavedIsSavedNextTime() throws Exception {
    server.signIn();
    save();
    assertThat(changes()).isEqualTo("0");
    try (var connection = connection()) {
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        statement.execute(
            "INSERT INTO users (id, name, role) VALUES (gen_random_uuid(), 'late'," + " 'viewer')");
      }
      server.post("/api/users", Map.of("name", "early", "role", "viewer"));
      save();
      connection.commit();
    }
    assertThat(changes()).as("the one that committed later").isEqualTo("1");
    save();
    assertThat(changes()).isEqualTo("0");
    try (Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      List<String> counts =
          holdfast.catalogs().list().stream().map(it -> it.facts().get("users")).toList();
      assertThat(counts.subList(counts.size() - 3, counts.size())).containsExactly("1", "2", "3");
    }
  }

  /// Users, tokens, settings of an account, and schedules that are stopped.
  private String define() throws Exception {
    String user =
        server
            .post("/api/users", Map.of("name", "anna", "role", "admin"))
            .json()
            .get("id")
            .asString();
    String token =
        server
            .post("/api/tokens", Map.of("name", "laptop", "user", user))
            .json()
            .get("token")
            .asString();
    assertThat(server.send("DELETE", "/api/admin/scheduled-backups", Optional.empty()).status())
        .isEqualTo(200);
    assertThat(
            server
                .sendShowing(
                    OWNER,
                    "PUT",
                    "/api/backups/settings",
                    Map.of("frequency", "weekly", "maxBackups", 7))
                .status())
        .isEqualTo(200);
    return token;
  }

  private String backUp() throws Exception {
    RunningServer.Answer made =
        server.sendShowing(OWNER, "POST", "/api/backups", Map.of("scope", "full"));
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    String id = made.json().get("backup").get("id").asString();
    assertThat(
            server
                .sendShowing(OWNER, "GET", "/api/backups/" + id + "?action=verify")
                .json()
                .get("valid")
                .asBoolean())
        .isTrue();
    return id;
  }

  private Map<String, JsonNode> definitions(String token) throws Exception {
    return Map.of(
        "users",
        server.sendShowing(token, "GET", "/api/users").json(),
        "settings",
        server.sendShowing(OWNER, "GET", "/api/backups/settings").json(),
        "running",
        server
            .sendShowing(token, "GET", "/api/admin/scheduled-backups")
            .json()
            .get("data")
            .get("isRunning"));
  }

  private void lose() throws Exception {
    server.close();
    postgres.sql("DROP DATABASE catalog");
    postgres.sql("CREATE DATABASE catalog");
  }

  private ServerProgram.Rebuilt rebuild(Optional<String> from, Extent extent) {
    return new HoldfastServer()
        .rebuildCatalog(
            server.configuration(),
            new ServerProgram.RebuildRequest(Flags.NONE, Optional.empty(), from, extent));
  }

  private void assertFails(String why) {
    assertThatThrownBy(() -> rebuild(Optional.empty(), Extent.ALL))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e.text()).containsPattern(why);
            });
  }

  /// As a server does it, but at once.
  private void save() {
    CatalogAddress address =
        CatalogAddress.of(
            new Secret("postgresql://postgres@127.0.0.1:" + postgres.port() + "/catalog"));
    try (var pool = CatalogConnections.open(address, "test");
        Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      TransactionTemplate reading = new TransactionTemplate(new DataSourceTransactionManager(pool));
      reading.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
      new CatalogSaver(JdbcClient.create(pool), reading, Optional.of(holdfast), Duration.ZERO)
          .look();
    }
  }

  private String audit(String query) {
    return RunningServer.catalog(postgres, query);
  }

  private String changes() {
    return RunningServer.catalog(postgres, "SELECT count(*) FROM definition_changes");
  }

  private String lineage() {
    return RunningServer.catalog(postgres, "SELECT id FROM catalog_identity");
  }

  private java.sql.Connection connection() throws java.sql.SQLException {
    return java.sql.DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/catalog?user=postgres");
  }
}
