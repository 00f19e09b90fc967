package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is no request that the server knows is refused with a problem, and is never its mistake.
class HostileRequestsTest {
  private static final List<String> CREATIONS =
      List.of(
          "",
          "[]",
          "null",
          "1",
          "\"x\"",
          "{",
          "{\"type\": 1}",
          "{\"type\": [\"full\"]}",
          "{\"type\": \"full'; DROP TABLE runs; --\"}",
          "{\"source\": \"../../etc/passwd\"}",
          "{\"source\": \"\\u0000\"}",
          "{\"type\": \"full\", \"type\": \"x\", \"z\": {}}",
          "{\"role\": \"admin\"}");

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    server = RunningServer.start(postgres, directory);
    server.signIn();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  private static void assertRefused(String method, String path, Optional<Object> body)
      throws Exception {
    RunningServer.Answer answer = server.send(method, path, body);
    String asked = method + " " + path + " " + body.orElse("");
    assertThat(answer.status()).as(asked + answer.json()).isBetween(400, 499);
    assertThat(answer.contentType()).as(asked).isEqualTo("application/problem+json");
    assertThat(answer.json().get("code").asString()).as(asked).startsWith("HF-1");
  }

  @Test
  void bodiesThatSayNothingAreRefused() throws Exception {
    for (String body : CREATIONS) {
      for (String path :
          List.of(
              "/api/admin/backup/create",
              "/api/admin/backup/verify",
              "/api/admin/backup/restore",
              "/api/test-restores",
              "/api/retention/simulate")) {
        assertRefused("POST", path, Optional.of(body));
      }
    }
  }

  @Test
  void numbersAndIdsThatAreNoneAreRefused() throws Exception {
    for (String query :
        List.of(
            "limit=0",
            "limit=201",
            "limit=x",
            "limit=99999999999",
            "offset=-1",
            "offset=x",
            "limit=1&offset=%00")) {
      assertRefused("GET", "/api/operations?" + query, Optional.empty());
      assertRefused("GET", "/api/admin/backup/list?" + query, Optional.empty());
    }
    for (String query : List.of("status=done", "source=%00", "kind=a%00b")) {
      assertRefused("GET", "/api/operations?" + query, Optional.empty());
    }
    assertRefused("GET", "/api/admin/backup/list?includeFiles=perhaps", Optional.empty());
    for (String id : List.of("x", "0", "%27", "00000000-0000-0000-0000-000000000009")) {
      assertRefused("GET", "/api/operations/" + id, Optional.empty());
      assertRefused("POST", "/api/operations/" + id + "/cancel", Optional.empty());
    }
  }

  @Test
  void pathsThatLeadElsewhereReachNoRoute() throws Exception {
    try (Stranger stranger = server.stranger()) {
      for (String path : List.of("..%2f..", "%2e%2e/%2e%2e/etc", "%00", "a;b=c", "%5c..%5c")) {
        assertThat(stranger.status("GET", "/api/operations/" + path)).as(path).isBetween(400, 499);
      }
    }
  }

  @Test
  void routesAndMethodsThatAreNotThereAreRefused() throws Exception {
    assertRefused("GET", "/", Optional.empty());
    assertRefused("GET", "/error", Optional.empty());
    assertRefused("GET", "/api/backups/../operations/x", Optional.empty());
    assertRefused("DELETE", "/api/operations", Optional.empty());
    assertRefused("PUT", "/api/setup", Optional.of("{}"));
    assertRefused("GET", "/api/admin/backup/create", Optional.empty());
  }

  @Test
  void aBodyBeyondTheLimitIsRefused() throws Exception {
    assertRefused(
        "POST",
        "/api/admin/backup/create",
        Optional.of("{\"type\": \"" + "x".repeat(1 << 20) + "\"}"));
  }

  @Test
  void mutatedBodiesAreNeverAMistakeOfTheServer() throws Exception {
    mutate("/api/admin/backup/create", "{\"type\": \"nothing\", \"source\": \"main\"}");
    mutate("/api/admin/backup/verify", "{\"backupId\": \"nothing\", \"type\": \"full\"}");
    mutate(
        "/api/admin/backup/restore",
        "{\"backupId\": \"nothing\", \"dryRun\": true, \"target\": \"/srv/x\", \"until\": \"latest\"}");
  }

  private static void mutate(String path, String sound) throws Exception {
    SplittableRandom random = Seeds.random(7);
    for (int i = 0; i < (Seeds.thorough() ? 1_000 : 100); i++) {
      StringBuilder body = new StringBuilder(sound);
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        int at = random.nextInt(body.length());
        switch (random.nextInt(3)) {
          case 0 -> body.deleteCharAt(at);
          case 1 -> body.insert(at, (char) random.nextInt(32, 127));
          default -> body.setCharAt(at, (char) random.nextInt(1, 0xd7ff));
        }
      }
      RunningServer.Answer answer = server.post(path, body.toString());
      assertThat(answer.status()).as(body + " " + answer.json()).isBetween(400, 499);
    }
  }
}
