package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What comes again and again, as the API shows and controls it, with real backups.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScheduledBackupsTest {
  private static final String ROUTE = "/api/admin/scheduled-backups";

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    Files.writeString(
        directory.resolve("holdfast.yaml"),
        """
        sources:
          main: { retention: short }
        retention:
          short: { keepLast: 2 }
        schedules:
          yearly: { run: full, when: "cron 0 3 1 1 *", then: [verify, retention] }
          never: { run: dump, when: disabled }
        """);
    server = RunningServer.start(postgres, directory);
    server.signIn();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  private static JsonNode data(RunningServer.Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.json().get("success").asBoolean()).isTrue();
    return answer.json().get("data");
  }

  @Test
  @Order(1)
  void theStatusTellsWhatRunsNext() throws Exception {
    JsonNode status = data(server.read(ROUTE));
    assertThat(status.get("isRunning").asBoolean()).isTrue();
    assertThat(status.get("nextRun").asString()).endsWith("-01-01T03:00:00Z");
    assertThat(status.get("schedule").asString()).contains("03:00");

    JsonNode schedules = server.read("/api/schedules").json();
    assertThat(schedules.get("total").asInt()).isEqualTo(2);
    JsonNode yearly = schedules.get("data").get(1);
    assertThat(yearly.get("name").asString()).isEqualTo("yearly");
    assertThat(yearly.get("definedBy").asString()).isEqualTo("file");
    assertThat(yearly.get("when").asString()).isEqualTo("cron 0 3 1 1 * in UTC");
  }

  @Test
  @Order(2)
  void whatIsTriggeredRunsWithAllThatFollows() throws Exception {
    for (int round = 0; round < 3; round++) {
      JsonNode triggered =
          data(server.post(ROUTE, Map.of("action", "trigger", "schedule", "yearly")));
      String id = triggered.get("operations").get(0).asString();
      assertThat(server.ended(id).get("status").asString()).isEqualTo("completed");
      int done = round + 1;
      Eventually.await("retention " + done, () -> completed("retention") == done);
    }
    assertThat(completed("verify")).isEqualTo(3);
    JsonNode last = operations("retention").get(0);
    assertThat(last.get("result").get("forgotten")).hasSize(1);
    assertThat(server.read("/api/admin/backup/list").json().get("total").asInt()).isEqualTo(2);
  }

  private static int completed(String kind) {
    return (int)
        operations(kind)
            .valueStream()
            .filter(run -> run.get("status").asString().equals("completed"))
            .count();
  }

  private static JsonNode operations(String kind) {
    try {
      return server.read("/api/operations?kind=" + kind).json().get("data");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  @Order(2)
  void healthIsTestedByAnybodyAndExplainedToUsers() throws Exception {
    try (Stranger stranger = server.stranger()) {
      assertThat(stranger.status("GET", "/actuator/health")).isEqualTo(200);
      assertThat(stranger.status("GET", "/actuator/prometheus")).isEqualTo(401);
      assertThat(stranger.status("GET", "/actuator/env")).isEqualTo(401);
    }
    RunningServer.Answer anonymous = server.sendShowing("none", "GET", "/actuator/health");
    assertThat(anonymous.json().toString()).isEqualTo("{\"status\":\"UP\"}");
    JsonNode parts = server.read("/actuator/health").json().get("parts");
    for (String part :
        List.of("catalog", "runs", "schedules", "notifications", "backup-sync", "housekeeping")) {
      assertThat(parts.get(part).get("state").asString()).as(part).isEqualTo("UP");
    }
  }

  @Test
  @Order(3)
  void metricsTellWhenWorkSucceededLast() throws Exception {
    Eventually.await(
        "the last success is known",
        () -> metrics().contains("holdfast_last_success_timestamp_seconds{kind=\"full\""));
    assertThat(metrics())
        .contains("holdfast_scheduling 1.0")
        .contains("holdfast_runs_open{status=\"pending\"} 0.0")
        .contains("holdfast_part_up{part=\"catalog\",state=\"up\"} 1.0")
        .contains("# TYPE holdfast_incidents gauge");
  }

  private static String metrics() {
    try {
      return server.text("/actuator/prometheus");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  @Order(3)
  void stoppingOutlastsARestart() throws Exception {
    JsonNode stopped = data(server.send("DELETE", ROUTE, Optional.empty()));
    assertThat(stopped.get("isRunning").asBoolean()).isFalse();
    assertThat(stopped.get("nextRun").isNull()).isTrue();
    RunningServer before = server;
    before.close();
    server = RunningServer.start(postgres, directory).as(before);
    assertThat(data(server.read(ROUTE)).get("isRunning").asBoolean()).isFalse();
    assertThat(data(server.post(ROUTE, Map.of("action", "start"))).get("isRunning").asBoolean())
        .isTrue();
  }

  @Test
  @Order(4)
  void aCronJobElsewhereRunsATypeAndLearnsTheOutcome() throws Exception {
    for (String method : List.of("GET", "POST")) {
      RunningServer.Answer called =
          server.sendShowing(
              RunningServer.CRON_SECRET, method, "/api/cron/backup?type=incremental&wait=120");
      assertThat(called.status()).as(called.toString()).isEqualTo(200);
      assertThat(called.json().get("processed").asInt()).isEqualTo(1);
      assertThat(called.json().get("succeeded").asInt()).isEqualTo(1);
      assertThat(called.json().get("failed").asInt()).isZero();
      assertThat(called.json().get("running").asInt()).isZero();
    }
    RunningServer.Answer nothingDue =
        server.sendShowing(RunningServer.CRON_SECRET, "POST", "/api/cron/backup");
    assertThat(nothingDue.json().get("processed").asInt()).isZero();
  }

  @Test
  @Order(5)
  void whoDoesNotKnowTheSecretOfCronJobsIsRefused() throws Exception {
    for (String wrong : List.of("", "wrong", RunningServer.CRON_SECRET + "x")) {
      RunningServer.Answer refused =
          server.sendShowing(wrong, "GET", "/api/cron/backup?type=incremental");
      assertThat(refused.status()).isEqualTo(401);
    }
    assertThat(server.read("/api/cron/backup").status()).as("a user's token").isEqualTo(401);
  }

  @Test
  @Order(6)
  void wrongRequestsSayWhatIsWrong() throws Exception {
    RunningServer.Answer action = server.post(ROUTE, Map.of("action", "explode"));
    assertThat(action.status()).isEqualTo(400);
    assertThat(action.json().get("detail").asString()).contains("explode");
    RunningServer.Answer schedule =
        server.post(ROUTE, Map.of("action", "trigger", "schedule", "hourly"));
    assertThat(schedule.status()).isEqualTo(400);
    assertThat(schedule.json().get("detail").asString()).contains("hourly");
    for (String query : List.of("type=teleport", "wait=-1", "wait=100000", "wait=soon")) {
      RunningServer.Answer refused =
          server.sendShowing(RunningServer.CRON_SECRET, "POST", "/api/cron/backup?" + query);
      assertThat(refused.status()).as(query).isEqualTo(400);
    }
  }
}
