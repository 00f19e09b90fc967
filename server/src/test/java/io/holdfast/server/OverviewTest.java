package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What operators see of sources, repositories, windows, rules and figures, by real backups.
class OverviewTest {
  private static final List<String> LOOKS =
      List.of("/api/sources", "/api/repositories", "/api/recovery/window", "/api/stats");
  private static final List<String> TESTS =
      List.of("/api/sources/main/test", "/api/repositories/main/test");
  private static final String SIMULATE = "/api/retention/simulate";

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;
  private static String viewer;
  private static String operator;

  /// Two backups without a stream of WAL, and a commit between them that is lost.
  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of("autovacuum", "off"));
    HostApplication.install(postgres, directory);
    server = RunningServer.start(postgres, directory);
    server.signIn();
    viewer = tokenOf("viewer");
    operator = tokenOf("operator");
    postgres.sql("CREATE TABLE ledger (n int)");
    try (Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      var _ =
          holdfast
              .clusters()
              .backup(new BackupRequest(BackupRequest.Type.FULL, BackupRequest.Checkpoint.FAST));
    }
    postgres.sql("INSERT INTO ledger VALUES (1)", "SELECT pg_switch_wal()");
    JsonNode ended = server.ended(begin("full"));
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("completed");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  private static String begin(String type) throws Exception {
    return server
        .post("/api/admin/backup/create", Map.of("type", type))
        .json()
        .get("id")
        .asString();
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

  private static JsonNode read(String path) {
    try {
      RunningServer.Answer answer = server.read(path);
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      return answer.json();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void aSourceSaysWhereItIsAndWhatSucceededWithoutItsSecrets() {
    JsonNode source = read("/api/sources").get("data").get(0);
    assertThat(source.get("name").asString()).isEqualTo("main");
    assertThat(source.get("kind").asString()).isEqualTo("postgresql");
    assertThat(source.get("address").asString())
        .isEqualTo("127.0.0.1:" + postgres.port() + "/postgres");
    assertThat(source.get("repository").asString()).isEqualTo("main");
    assertThat(source.get("nextRun").isNull()).isTrue();
    Eventually.await(
        "the success is known",
        () -> read("/api/sources").get("data").get(0).get("lastSuccess").has("full"));
    JsonNode last = read("/api/sources").get("data").get(0).get("lastBackup");
    assertThat(last.get("kind").asString()).isEqualTo("physical");
    assertThat(read("/api/sources").toString()).doesNotContain(postgresUser());
    assertThat(read("/api/sources?limit=1&offset=1").get("data")).isEmpty();
  }

  private static String postgresUser() {
    return "postgres@";
  }

  @Test
  void aRepositorySaysWhatItHeldAtTheLastLook() {
    Eventually.await("somebody looked", () -> !read("/api/repositories").get(0).get("id").isNull());
    JsonNode repository = read("/api/repositories").get(0);
    assertThat(repository.get("name").asString()).isEqualTo("main");
    assertThat(repository.get("url").asString())
        .isEqualTo(directory.resolve("repository").toString());
    assertThat(repository.get("sources").get(0).asString()).isEqualTo("main");
    assertThat(repository.get("problem").isNull()).isTrue();
    assertThat(repository.get("seenAt")).isEqualTo(repository.get("lookedAt"));
    assertThat(repository.toString()).doesNotContain("5e5e");
  }

  @Test
  void aTestOfARepositorySaysWhetherItOpens() throws Exception {
    JsonNode good = server.post("/api/repositories/main/test", Map.of()).json();
    assertThat(good.get("healthy").asBoolean()).as(good.toString()).isTrue();
    assertThat(good.get("findings").get(0).get("what").asString())
        .contains("opens with the")
        .contains("backups");
    Path there = directory.resolve("repository");
    Path hidden = directory.resolve("hidden");
    Files.move(there, hidden);
    try {
      JsonNode gone = server.post("/api/repositories/main/test", Map.of()).json();
      assertThat(gone.get("healthy").asBoolean()).as(gone.toString()).isFalse();
      assertThat(gone.get("findings").get(0).get("level").asString()).isEqualTo("fail");
    } finally {
      Files.move(hidden, there);
    }
  }

  @Test
  void aTestOfASourceAsksItsServer() throws Exception {
    JsonNode good = server.post("/api/sources/main/test", Map.of()).json();
    assertThat(good.get("findings").toString()).contains("answers");
    assertThat(read("/api/audit?limit=50").toString()).contains("source.test");
    assertThat(server.post("/api/sources/other/test", Map.of()).status()).isEqualTo(400);
    assertThat(server.post("/api/repositories/other/test", Map.of()).status()).isEqualTo(404);
  }

  @Test
  void theWindowHasTheGapBetweenTheBackups() {
    JsonNode window = read("/api/recovery/window?source=main");
    JsonNode line = window.get("lines").get(0);
    assertThat(line.get("windows")).as(window.toString()).hasSize(2);
    JsonNode gap = line.get("gaps").get(0);
    assertThat(gap.get("why").asString()).startsWith("WAL is missing from ");
    assertThat(time(gap, "from")).isEqualTo(time(line.get("windows").get(0), "to"));
    assertThat(time(gap, "to")).isEqualTo(time(line.get("windows").get(1), "from"));
    assertThat(time(window, "newest")).isEqualTo(time(line.get("windows").get(1), "to"));
    assertThat(window.get("rpoSeconds").asLong()).isBetween(0L, 600L);
    assertThat(window.get("rto").isNull()).isTrue();
    assertThat(read("/api/recovery/window").get("source").asString()).isEqualTo("main");
  }

  private static Instant time(JsonNode node, String name) {
    return Instant.parse(node.get(name).asString());
  }

  @Test
  void rulesAreTriedAndNothingIsForgotten() throws Exception {
    JsonNode simulated = server.post(SIMULATE, Map.of("keepLast", 1)).json();
    assertThat(simulated.get("forgotten").asInt()).as(simulated.toString()).isEqualTo(1);
    assertThat(simulated.get("kept").asInt()).isEqualTo(1);
    JsonNode first = simulated.get("backups").get(0);
    assertThat(first.get("fate").asString()).isEqualTo("forget");
    assertThat(first.get("reasons").get(0).asString()).isEqualTo("No rule keeps it.");
    assertThat(simulated.get("forgottenStoredBytes").asLong())
        .isEqualTo(first.get("storedBytes").asLong());
    assertThat(simulated.get("backups").get(1).get("reasons").toString()).contains("newest");
    try (Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      assertThat(holdfast.snapshots().list().backups()).hasSize(2);
    }
  }

  @Test
  void rulesThatAreNoneAreRefused() throws Exception {
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("keepLast", -1),
            Map.of("keepLast", 1_000_000),
            Map.of("keepWithin", "soon"),
            Map.of("keepWithin", "1d'; DROP TABLE runs; --"),
            Map.of("keepDaily", 1, "zone", "../../etc/localtime"),
            Map.of("keepDaily", 1, "source", "../../etc/passwd"),
            Map.of("keepDaily", 1, "delete", true),
            Map.of("window", "7d", "maxCount", 1))) {
      RunningServer.Answer answer = server.post(SIMULATE, wrong);
      assertThat(answer.status()).as(wrong + " " + answer).isEqualTo(400);
    }
  }

  @Test
  void figuresCountWhatRanAndWhatIsStored() {
    JsonNode stats = read("/api/stats?days=2&source=main");
    JsonNode run = stats.get("runs").get(0);
    assertThat(run.get("kind").asString()).as(stats.toString()).isEqualTo("full");
    assertThat(run.get("status").asString()).isEqualTo("completed");
    assertThat(run.get("seconds").asDouble()).isPositive();
    Eventually.await(
        "the backups are known",
        () -> read("/api/stats").get("backups").toString().contains("full"));
    Eventually.await("the storage is known", () -> !read("/api/stats").get("storage").isEmpty());
    assertThat(read("/api/stats?source=main").get("storage").get(0).get("repository").asString())
        .isEqualTo("main");
  }

  @Test
  void figuresOfNoDaysOrNoSourceAreRefused() throws Exception {
    for (String query :
        List.of("days=0", "days=367", "days=x", "source=other", "source=%27%3B--")) {
      assertThat(server.read("/api/stats?" + query).status()).as(query).isEqualTo(400);
    }
    for (String source : List.of("other", "..%2F..%2Fetc", "%00", "%27%20OR%201=1")) {
      assertThat(server.read("/api/recovery/window?source=" + source).status())
          .as(source)
          .isEqualTo(400);
    }
    for (String name : List.of("other", "%27%20OR%201=1", "x%27--")) {
      assertThat(server.send("POST", "/api/sources/" + name + "/test", Optional.empty()).status())
          .as(name)
          .isEqualTo(400);
      assertThat(
              server.send("POST", "/api/repositories/" + name + "/test", Optional.empty()).status())
          .as(name)
          .isBetween(400, 404);
    }
    try (Stranger stranger = server.stranger()) {
      for (String path : List.of("..%2f..", "%2e%2e/%2e%2e/etc", "%00", "%5c..%5c")) {
        assertThat(stranger.status("POST", "/api/sources/" + path + "/test")).isBetween(400, 499);
      }
    }
  }

  @Test
  void viewersLookAndOperatorsTest() throws Exception {
    for (String path : LOOKS) {
      assertThat(server.sendShowing(viewer, "GET", path).status()).as(path).isEqualTo(200);
    }
    assertThat(server.sendShowing(viewer, "POST", SIMULATE, Map.of("keepLast", 1)).status())
        .isEqualTo(200);
    for (String path : TESTS) {
      assertThat(server.sendShowing(viewer, "POST", path).status()).as(path).isEqualTo(403);
      assertThat(server.sendShowing(operator, "POST", path).status()).as(path).isEqualTo(200);
    }
  }

  @Test
  void strangersAndAccountsSeeNothing() throws Exception {
    UUID account = HostApplication.account(1);
    String token = HostApplication.token(account, UnaryOperator.identity());
    Map<String, String> all = new HashMap<>();
    LOOKS.forEach(path -> all.put(path, "GET"));
    TESTS.forEach(path -> all.put(path, "POST"));
    all.put(SIMULATE, "POST");
    try (Stranger stranger = server.stranger()) {
      for (Map.Entry<String, String> one : all.entrySet()) {
        assertThat(stranger.status(one.getValue(), one.getKey())).as(one.getKey()).isEqualTo(401);
        assertThat(server.sendShowing(token, one.getValue(), one.getKey(), "{}").status())
            .as(one.getKey())
            .isEqualTo(403);
      }
    }
  }
}
