package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Snapshots;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Backups by request, made on a real server.
class AdminBackupTest {
  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;
  private static String setupToken;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    server = RunningServer.start(postgres, directory);
    setupToken = server.setupToken();
    server.signIn();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  @Test
  void aFullBackupIsMadeListedAndSound() throws Exception {
    RunningServer.Answer accepted = server.post("/api/admin/backup/create", Map.of("type", "full"));
    assertThat(accepted.status()).isEqualTo(202);
    String id = accepted.json().get("id").asString();
    assertThat(accepted.location()).contains("/api/operations/" + id);

    JsonNode ended = server.ended(id);
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("completed");
    String backup = ended.get("result").get("backup").asString();
    assertThat(backup).startsWith("main_full_");

    JsonNode list = server.read("/api/admin/backup/list").json();
    assertThat(list.get("data").findValuesAsString("id")).contains(backup);
    try (Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      assertThat(holdfast.maintenance().verify(backup).isClean()).isTrue();
    }
  }

  @Test
  void aServerThatStartsKnowsWhatOthersBackedUpAndForgot() throws Exception {
    List<String> made = new ArrayList<>();
    try (Holdfast holdfast = Holdfast.open(server.configuration().options())) {
      for (int i = 0; i < 2; i++) {
        made.add(
            holdfast
                .clusters()
                .backup(new BackupRequest(BackupRequest.Type.FULL, BackupRequest.Checkpoint.FAST))
                .name());
      }
      restart();
      Eventually.await("both are listed", () -> listed().containsAll(made));
      Snapshots snapshots = holdfast.snapshots();
      snapshots.forget(snapshots.planForget(List.of(made.getFirst()), Forget.Newest.FORGOTTEN_TOO));
    }
    restart();
    Eventually.await("one is gone", () -> !listed().contains(made.getFirst()));
    assertThat(listed()).contains(made.getLast());
  }

  private static void restart() {
    RunningServer before = server;
    before.close();
    server = RunningServer.start(postgres, directory).as(before);
  }

  private static List<String> listed() {
    try {
      return server
          .read("/api/admin/backup/list?limit=200")
          .json()
          .get("data")
          .findValuesAsString("id");
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void aWrongTypeIsRefusedAndSaysWhichThereAre() throws Exception {
    RunningServer.Answer refused =
        server.post("/api/admin/backup/create", Map.of("type", "differential"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.contentType()).isEqualTo("application/problem+json");
    assertThat(refused.json().get("code").asString()).isEqualTo("HF-1001");
    assertThat(refused.json().get("detail").asString()).contains("differential");
    assertThat(refused.json().get("hint").asString()).contains("incremental");
  }

  @Test
  void aSourceThatIsNotThereIsRefused() throws Exception {
    assertThat(server.post("/api/admin/backup/create", Map.of("source", "other")).status())
        .isEqualTo(400);
  }

  @Test
  void aFieldThatIsNotThereIsRefused() throws Exception {
    assertThat(
            server.post("/api/admin/backup/create", Map.of("type", "full", "owner", "x")).status())
        .isEqualTo(400);
  }

  @Test
  void whoHasNoTokenSeesNothing() throws Exception {
    try (Stranger stranger = server.stranger()) {
      assertThat(stranger.status("GET", "/api/admin/backup/list")).isEqualTo(401);
      assertThat(stranger.status("GET", "/api/operations")).isEqualTo(401);
      assertThat(stranger.status("GET", "/no/such/route")).isEqualTo(401);
      assertThat(stranger.status("POST", "/api/admin/backup/create")).isEqualTo(401);
    }
  }

  @Test
  void theSetUpTokenCountsOnce() throws Exception {
    assertThat(server.post("/api/setup", Map.of("setupToken", setupToken, "name", "Eve")).status())
        .isEqualTo(401);
    assertThat(Files.exists(directory.resolve("repository"))).isTrue();
  }
}
