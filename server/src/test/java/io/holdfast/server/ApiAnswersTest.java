package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Answers that no other test asks for, so that all of them are held against `openapi.yaml`.
class ApiAnswersTest {
  private static final UUID ADA = HostApplication.account(1);

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    HostApplication.install(postgres, directory);
    server = RunningServer.start(postgres, directory);
    server.signIn();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  private static RunningServer.Answer asAda(String method, String path, Object body)
      throws IOException, InterruptedException {
    return server.sendShowing(
        HostApplication.token(ADA, UnaryOperator.identity()), method, path, body);
  }

  @Test
  void anAccountThatDoesNotWaitFindsTheOutcomeAtTheOperation() throws Exception {
    RunningServer.Answer begun = asAda("POST", "/api/backups?wait=0", Map.of());
    assertThat(begun.status()).as(begun.toString()).isEqualTo(202);
    String operation = begun.json().get("id").asString();
    assertThat(begun.location()).contains("/api/operations/" + operation);

    JsonNode ended = server.ended(operation);
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("completed");
    assertThat(asAda("GET", "/api/operations/" + operation + "/log", "").status()).isEqualTo(200);
    RunningServer.Answer late = asAda("POST", "/api/operations/" + operation + "/cancel", "");
    assertThat(late.status()).isEqualTo(200);
    assertThat(late.json().get("status").asString()).isEqualTo("completed");
  }

  @Test
  void everyWayToReadABackupBackAnswersTheSame() throws Exception {
    String path = "/api/backups/" + made();
    for (RunningServer.Answer sound :
        new RunningServer.Answer[] {
          asAda("GET", path + "?action=verify", ""),
          asAda("POST", path + "/verify", ""),
          asAda("POST", path, Map.of("verifyOnly", true))
        }) {
      assertThat(sound.status()).as(sound.toString()).isEqualTo(200);
      assertThat(sound.json().get("valid").asBoolean()).isTrue();
      assertThat(sound.json().get("backup").get("verifiedAt").isNull()).isFalse();
    }
    assertThat(asAda("POST", path + "/preview", "").json().get("scope").asString())
        .isEqualTo("full");
  }

  @Test
  void aBackupThatWasDeletedIsNotThere() throws Exception {
    String id = made();
    RunningServer.Answer deleted = asAda("DELETE", "/api/backups/" + id, "");
    assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
    assertThat(deleted.json().get("deleted").asString()).isEqualTo(id);
    assertThat(asAda("GET", "/api/backups/" + id, "").status()).isEqualTo(404);
  }

  private static String made() throws Exception {
    RunningServer.Answer made = asAda("POST", "/api/backups", Map.of());
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    return made.json().get("backup").get("id").asString();
  }

  @Test
  void eventsAreNamedByTheWordsThatWebhooksGet() throws Exception {
    server.ended(
        server
            .post("/api/admin/backup/create", Map.of("type", "full"))
            .json()
            .get("id")
            .asString());
    Eventually.await("the success is told", () -> !notices().isEmpty());
    assertThat(notices().get(0).get("notice").get("event").asString()).isEqualTo("success");
    assertThat(server.read("/api/notifications/incidents").json()).isEmpty();
    assertThat(server.send("POST", "/api/notifications/test", Optional.empty()).status())
        .isEqualTo(200);
  }

  private static JsonNode notices() {
    try {
      return server.read("/api/notifications").json().get("data");
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
