package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Backups that are read back, proved and restored by request, on a real server.
@Timeout(180)
class AdminRestoreTest {
  private static final String VERIFY = "/api/admin/backup/verify";
  private static final String RESTORE = "/api/admin/backup/restore";
  private static final String PROVE = "/api/test-restores";

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;
  private static Path roots;
  private static String full;
  private static String schema;
  private static String viewer;
  private static String operator;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(TestPrograms.WITH_TOOLS, Map.of());
    HostApplication.install(postgres, directory);
    roots = Files.createDirectory(directory.toRealPath().resolve("restores"));
    Files.writeString(
        directory.resolve("holdfast.yaml"),
        "server: { restoreRoots: [" + roots + "] }\n",
        StandardOpenOption.APPEND);
    server = RunningServer.start(postgres, directory);
    server.signIn();
    viewer = tokenOf("viewer");
    operator = tokenOf("operator");
    full = made("full");
    schema = made("schema");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  /// The answer has the outcome itself.
  private static String made(String type) throws Exception {
    RunningServer.Answer made =
        server.post("/api/admin/backup/create?wait=120", Map.of("type", type));
    assertThat(made.status()).as(made.toString()).isEqualTo(200);
    return made.json().get("result").get("backup").asString();
  }

  private static String tokenOf(String role) throws Exception {
    String user =
        server
            .post("/api/users", Map.of("name", "the " + role, "role", role))
            .json()
            .get("id")
            .asString();
    return server
        .post("/api/tokens", Map.of("name", "t", "user", user))
        .json()
        .get("token")
        .asString();
  }

  private static JsonNode listed(String id) {
    try {
      for (JsonNode one : server.read("/api/admin/backup/list?limit=200").json().get("data")) {
        if (one.get("id").asString().equals(id)) {
          return one;
        }
      }
      throw new AssertionError(id + " is not listed");
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static Map<String, Object> wish(Map<String, Object> but) {
    Map<String, Object> wish = new HashMap<>();
    wish.put("backupId", full);
    wish.put("target", roots.resolve("erp").toString());
    wish.put("confirm", full);
    wish.put("reason", "a table was dropped");
    wish.putAll(but);
    wish.values().removeIf("left out"::equals);
    return wish;
  }

  @Test
  void aBackupIsReadBack() throws Exception {
    RunningServer.Answer sound =
        server.post(VERIFY + "?wait=120", Map.of("backupId", full, "type", "full"));
    assertThat(sound.status()).as(sound.toString()).isEqualTo(200);
    assertThat(sound.json().get("kind").asString()).isEqualTo("verify");
    assertThat(listed(full).get("verifiedAt").isNull()).isFalse();
    RunningServer.Answer begun = server.post(VERIFY + "?wait=0", Map.of("backupId", schema));
    assertThat(begun.status()).isIn(200, 202);
    JsonNode ended = server.ended(begun.json().get("id").asString());
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("completed");
  }

  @Test
  void whatIsNoBackupOfAnInstanceIsNotThere() throws Exception {
    String ofAccount = backupOfAccount();
    for (String id : List.of("nothing", "../../etc/passwd", "' OR 1=1; --", "latest", ofAccount)) {
      assertThat(server.post(VERIFY, Map.of("backupId", id)).status()).as(id).isEqualTo(404);
      assertThat(server.post(RESTORE, wish(Map.of("backupId", id, "confirm", id))).status())
          .as(id)
          .isEqualTo(404);
      assertThat(server.post(PROVE, Map.of("backupId", id)).status()).as(id).isEqualTo(404);
    }
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of(), Map.of("backupId", full, "type", "dump"), Map.of("backupId", "a\u0000b"))) {
      assertThat(server.post(VERIFY, wrong).status()).as(wrong.toString()).isEqualTo(400);
    }
    assertThat(server.post(VERIFY + "?wait=-1", Map.of("backupId", full)).status()).isEqualTo(400);
  }

  private static String backupOfAccount() throws Exception {
    String token = HostApplication.token(HostApplication.account(1), UnaryOperator.identity());
    RunningServer.Answer made = server.sendShowing(token, "POST", "/api/backups", Map.of());
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    return made.json().get("backup").get("id").asString();
  }

  @Test
  void aDryRunShowsThePlanAndWritesNothing() throws Exception {
    Path target = roots.resolve("planned");
    RunningServer.Answer shown =
        server.sendShowing(
            operator,
            "POST",
            RESTORE + "?wait=120",
            Map.of("backupId", full, "dryRun", true, "target", target.toString()));
    assertThat(shown.status()).as(shown.toString()).isEqualTo(200);
    JsonNode plan = shown.json().get("result");
    assertThat(plan.get("outcome").asString()).isEqualTo("planned");
    assertThat(plan.get("backup").asString()).isEqualTo(full);
    assertThat(plan.get("bytes").asLong()).isPositive();
    assertThat(target).doesNotExist();
    assertThat(server.read("/api/audit?limit=5").json().toString()).contains("backup.restore-plan");
  }

  @Test
  void aRestoreIsDoneCountedAndWrittenDown() throws Exception {
    Path target = roots.resolve("whole");
    RunningServer.Answer done =
        server.post(
            RESTORE + "?wait=120",
            wish(Map.of("target", target.toString(), "verify", true, "until", "backup")));
    assertThat(done.status()).as(done.toString()).isEqualTo(200);
    assertThat(done.json().get("result").get("outcome").asString()).isEqualTo("done");
    assertThat(target.resolve("PG_VERSION")).exists();
    assertThat(target.resolve("global/pg_control")).exists();
    assertThat(listed(full).get("restoreCount").asInt()).isEqualTo(1);
    JsonNode entry = server.read("/api/audit?limit=1").json().get("data").get(0);
    assertThat(entry.get("action").asString()).isEqualTo("backup.restore");
    assertThat(entry.get("target").asString()).isEqualTo(full);
    assertThat(entry.get("details").asString()).contains("a table was dropped");

    RunningServer.Answer again =
        server.post(RESTORE + "?wait=120", wish(Map.of("target", target.toString())));
    assertThat(again.status()).as(again.toString()).isEqualTo(400);
    assertThat(again.json().get("code").asString()).isEqualTo("HF-1040");
    assertThat(server.read("/api/notifications/incidents").json().toString())
        .doesNotContain("restore");
  }

  @Test
  void restoresThatAreNotMeantOrLeadElsewhereAreRefused() throws Exception {
    Path link = Files.createSymbolicLink(roots.resolve("link"), directory.resolve("files"));
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("target", "left out"),
            Map.of("confirm", "left out"),
            Map.of("confirm", schema),
            Map.of("reason", "left out"),
            Map.of("reason", "  "),
            Map.of("reason", "x".repeat(501)),
            Map.of("until", "yesterday"),
            Map.of("until", "2026-13-41T99:00:00Z"),
            Map.of("until", "1'; DROP TABLE runs; --"),
            Map.of("type", "schema"),
            Map.of("backupId", schema, "confirm", schema),
            Map.of("target", roots.toString()),
            Map.of("target", "/tmp/elsewhere"),
            Map.of("target", roots + "/../escaped"),
            Map.of("target", roots + "x/y"),
            Map.of("target", "relative"),
            Map.of("target", link + "/inside"),
            Map.of("target", roots + "/a\u0007b"),
            Map.of("owner", "root"))) {
      RunningServer.Answer answer = server.post(RESTORE + "?wait=60", wish(wrong));
      assertThat(answer.status()).as(wrong + " " + answer).isEqualTo(400);
    }
    assertThat(directory.resolve("files/inside")).doesNotExist();
    assertThat(roots.resolve("erp")).doesNotExist();
  }

  @Test
  void aBackupIsProvedAndHowLongThatTookIsKnown() throws Exception {
    RunningServer.Answer proved =
        server.post(PROVE + "?wait=170", Map.of("source", "main", "backupId", full));
    assertThat(proved.status()).as(proved.toString()).isEqualTo(200);
    assertThat(proved.json().get("result").get("clean").asBoolean()).isTrue();
    JsonNode list = server.read(PROVE + "?source=main&limit=1").json();
    assertThat(list.get("total").asInt()).isEqualTo(1);
    assertThat(list.get("data").get(0).get("kind").asString()).isEqualTo("test-restore");
    JsonNode rto = server.read("/api/recovery/window").json().get("rto");
    assertThat(rto.get("seconds").asDouble()).isPositive();
    assertThat(rto.get("backup").asString()).isEqualTo(full);
    assertThat(server.post(PROVE, Map.of("source", "other")).status()).isEqualTo(400);
    assertThat(server.post(PROVE, Map.of("source", "other", "backupId", full)).status())
        .isEqualTo(400);
    assertThat(server.post(PROVE, Map.of("backupId", schema)).status()).isEqualTo(400);
    assertThat(server.read(PROVE + "?source=%27--").json().get("data")).isEmpty();
  }

  @Test
  void keysAreListedWithoutAnySecret() throws Exception {
    JsonNode keys = server.read("/api/keys").json();
    assertThat(keys.get("repository").asString()).isEqualTo("main");
    assertThat(keys.get("slots")).isNotEmpty();
    assertThat(keys.get("dataKeys").get(0).get("version").asInt()).isEqualTo(1);
    assertThat(keys.toString()).doesNotContain("5e5e5e");
    assertThat(server.read("/api/keys?repository=main").json()).isEqualTo(keys);
    for (String name : List.of("other", "..%2F..", "%27--", "%00")) {
      assertThat(server.read("/api/keys?repository=" + name).status()).as(name).isEqualTo(404);
    }
  }

  @Test
  void eachRoleMayWhatItMayAndNoMore() throws Exception {
    Map<String, Object> done = wish(Map.of("target", roots.resolve("never").toString()));
    assertThat(server.sendShowing(operator, "POST", RESTORE, done).status()).isEqualTo(403);
    for (String path : List.of(VERIFY, RESTORE, PROVE)) {
      assertThat(server.sendShowing(viewer, "POST", path, Map.of("backupId", full)).status())
          .as(path)
          .isEqualTo(403);
    }
    assertThat(server.sendShowing(viewer, "GET", "/api/keys").status()).isEqualTo(403);
    assertThat(server.sendShowing(operator, "GET", "/api/keys").status()).isEqualTo(200);
    assertThat(server.sendShowing(viewer, "GET", PROVE).status()).isEqualTo(200);
    UUID account = HostApplication.account(1);
    String token = HostApplication.token(account, UnaryOperator.identity());
    try (Stranger stranger = server.stranger()) {
      for (String path : List.of(VERIFY, RESTORE, PROVE)) {
        assertThat(stranger.status("POST", path)).as(path).isEqualTo(401);
        assertThat(server.sendShowing(token, "POST", path, done).status()).isEqualTo(403);
      }
      assertThat(stranger.status("GET", "/api/keys")).isEqualTo(401);
      assertThat(server.sendShowing(token, "GET", "/api/keys").status()).isEqualTo(403);
    }
    assertThat(roots.resolve("never")).doesNotExist();
  }
}
