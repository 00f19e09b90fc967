package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.testing.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Who may what, and what is written down of it.
class UsersAndTokensTest {
  private static final String SPRINGS = "server.servlet.context-path";

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    // What has a name of Spring's by chance must not change the server.
    System.setProperty(SPRINGS, "/elsewhere");
    try {
      server = RunningServer.start(postgres, directory);
    } finally {
      System.clearProperty(SPRINGS);
    }
    server.signIn();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  private static String user(String name, String role) throws Exception {
    RunningServer.Answer made = server.post("/api/users", Map.of("name", name, "role", role));
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    assertThat(made.json().get("role").asString()).isEqualTo(role);
    return made.json().get("id").asString();
  }

  private static String tokenOf(String user) throws Exception {
    RunningServer.Answer made = server.post("/api/tokens", Map.of("name", "laptop", "user", user));
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    return made.json().get("token").asString();
  }

  private static int status(String token, String method, String path) throws Exception {
    return server.sendShowing(token, method, path).status();
  }

  @Test
  void eachRoleMayWhatItMayAndNoMore() throws Exception {
    String viewer = tokenOf(user("vera", "viewer"));
    String operator = tokenOf(user("otto", "operator"));
    String admin = tokenOf(user("anna", "admin"));
    for (String token : List.of(viewer, operator, admin)) {
      assertThat(status(token, "GET", "/api/operations")).isEqualTo(200);
      assertThat(status(token, "GET", "/api/schedules")).isEqualTo(200);
      assertThat(status(token, "GET", "/api/tokens")).isEqualTo(200);
    }
    String nothing = "/api/operations/" + UUID.randomUUID() + "/cancel";
    assertThat(status(viewer, "POST", nothing)).isEqualTo(403);
    assertThat(created(viewer)).isEqualTo(403);
    assertThat(created(operator)).isEqualTo(400);
    assertThat(status(operator, "POST", nothing)).isEqualTo(404);
    for (String token : List.of(viewer, operator)) {
      assertThat(status(token, "GET", "/api/users")).isEqualTo(403);
      assertThat(status(token, "GET", "/api/audit")).isEqualTo(403);
      assertThat(status(token, "POST", "/api/audit/verify")).isEqualTo(403);
      assertThat(status(token, "DELETE", "/api/admin/scheduled-backups")).isEqualTo(403);
      assertThat(status(token, "DELETE", "/api/users/" + UUID.randomUUID())).isEqualTo(403);
    }
    assertThat(status(admin, "GET", "/api/users")).isEqualTo(200);
  }

  /// Asks for a backup of a kind that is none.
  private static int created(String token) throws Exception {
    return server
        .sendShowing(token, "POST", "/api/admin/backup/create", Map.of("type", "no such"))
        .status();
  }

  @Test
  void aTokenOfLessRightsMayLessThanItsUser() throws Exception {
    RunningServer.Answer made =
        server.post(
            "/api/tokens", Map.of("name", "dashboard", "role", "viewer", "expiresInDays", 30));
    String token = made.json().get("token").asString();
    assertThat(status(token, "GET", "/api/operations")).isEqualTo(200);
    assertThat(status(token, "GET", "/api/users")).isEqualTo(403);
    String viewer = user("vic", "viewer");
    RunningServer.Answer tooMuch =
        server.post("/api/tokens", Map.of("name", "x", "role", "admin", "user", viewer));
    assertThat(tooMuch.status()).isEqualTo(403);
  }

  @Test
  void aRevokedTokenCountsNoMore() throws Exception {
    String user = user("rita", "viewer");
    RunningServer.Answer made = server.post("/api/tokens", Map.of("name", "old", "user", user));
    String token = made.json().get("token").asString();
    String id = made.json().get("id").asString();
    String other = tokenOf(user("ralf", "viewer"));
    assertThat(status(other, "DELETE", "/api/tokens/" + id)).as("another's").isEqualTo(404);
    assertThat(status(token, "GET", "/api/operations")).isEqualTo(200);
    assertThat(status(token, "DELETE", "/api/tokens/" + id)).as("one's own").isEqualTo(204);
    assertThat(status(token, "GET", "/api/operations")).isEqualTo(401);
  }

  @Test
  void anExpiredTokenCountsNoMore() throws Exception {
    RunningServer.Answer made =
        server.post("/api/tokens", Map.of("name", "short", "expiresInDays", 1));
    String token = made.json().get("token").asString();
    assertThat(status(token, "GET", "/api/operations")).isEqualTo(200);
    inCatalog("UPDATE api_tokens SET expires_at = now() - interval '1 s' WHERE name = 'short'");
    assertThat(status(token, "GET", "/api/operations")).isEqualTo(401);
  }

  @Test
  void aUserWhoIsRemovedOrHasLessRightsNowLosesThemAtOnce() throws Exception {
    String id = user("uwe", "admin");
    String token = tokenOf(id);
    assertThat(status(token, "GET", "/api/users")).isEqualTo(200);
    RunningServer.Answer changed =
        server.send("PATCH", "/api/users/" + id, Optional.of(Map.of("role", "viewer")));
    assertThat(changed.status()).isEqualTo(200);
    assertThat(status(token, "GET", "/api/users")).isEqualTo(403);
    assertThat(server.send("DELETE", "/api/users/" + id, Optional.empty()).status()).isEqualTo(204);
    assertThat(status(token, "GET", "/api/operations")).isEqualTo(401);
    assertThat(server.send("DELETE", "/api/users/" + id, Optional.empty()).status()).isEqualTo(404);
  }

  @Test
  void wrongNamesRolesAndTimesAreRefused() throws Exception {
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("name", ""),
            Map.of("name", "x".repeat(101)),
            Map.of("name", "a\u0007b"),
            Map.of("name", "root", "role", "god"),
            Map.of("name", "root", "admin", true))) {
      assertThat(server.post("/api/users", wrong).status()).as(wrong.toString()).isEqualTo(400);
    }
    assertThat(server.post("/api/users", Map.of("name", "Ada")).status()).isEqualTo(409);
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("name", "x", "expiresInDays", 0),
            Map.of("name", "x", "expiresInDays", 100_000),
            Map.of("name", "x", "user", "nobody"))) {
      assertThat(server.post("/api/tokens", wrong).status()).as(wrong.toString()).isEqualTo(400);
    }
    assertThat(
            server
                .post("/api/tokens", Map.of("name", "x", "user", UUID.randomUUID().toString()))
                .status())
        .isEqualTo(404);
  }

  @Test
  void whatWasDoneIsWrittenDownAndChangesAreNoticed() throws Exception {
    String id = user("paul", "viewer");
    JsonNode entry = server.read("/api/audit?limit=1").json().get("data").get(0);
    assertThat(entry.get("action").asString()).isEqualTo("user.create");
    assertThat(entry.get("actor").asString()).isEqualTo("Ada");
    assertThat(entry.get("target").asString()).isEqualTo("paul");
    assertThat(entry.get("details").asString()).contains(id);
    long number = entry.get("number").asLong();
    assertThat(verified().get("problem").isNull()).isTrue();
    assertThat(verified().get("entries").asLong()).isGreaterThanOrEqualTo(number);
    assertThat(server.read("/api/audit?limit=200").json().toString()).doesNotContain("hf_");

    inCatalog("ALTER TABLE audit DISABLE TRIGGER ALL");
    inCatalog("UPDATE audit SET actor = 'Eve' WHERE number = " + number);
    assertThat(verified().get("problem").asString()).isEqualTo("entry " + number + " was changed");
    inCatalog("UPDATE audit SET actor = 'Ada' WHERE number = " + number);
    assertThat(verified().get("problem").isNull()).isTrue();
    inCatalog("ALTER TABLE audit ENABLE TRIGGER ALL");
  }

  @Test
  void theAuditLogRefusesChanges() {
    for (String change :
        List.of("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit")) {
      assertThatThrownBy(() -> inCatalog(change)).as(change).hasMessageContaining("append-only");
    }
  }

  @Test
  void anybodyReadsWhatTheServerAnswersTo() throws Exception {
    try (Stranger stranger = server.stranger()) {
      assertThat(stranger.status("GET", "/api/openapi.yaml")).isEqualTo(200);
      assertThat(stranger.status("GET", "/api/openapi.json")).isEqualTo(200);
      assertThat(stranger.status("POST", "/api/openapi.json")).isEqualTo(401);
    }
    assertThat(server.text("/api/openapi.yaml")).startsWith("openapi: 3.1.0\n");
    assertThat(server.read("/api/openapi.json").json())
        .isEqualTo(ApiContract.ofServer().document());
  }

  private static void inCatalog(String statement) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/catalog", "postgres", "");
        Statement sql = connection.createStatement()) {
      boolean _ = sql.execute(statement);
    }
  }

  private static JsonNode verified() throws Exception {
    return server.post("/api/audit/verify", Map.of()).json();
  }
}
