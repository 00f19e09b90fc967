package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.concurrent.Task;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Operations that are followed while they run.
@Timeout(120)
class OperationEventsTest {
  private static final UUID ADA = HostApplication.account(1);
  private static final UUID BOB = HostApplication.account(2);

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

  private static String begin() throws Exception {
    return server
        .post("/api/admin/backup/create", Map.of("type", "full"))
        .json()
        .get("id")
        .asString();
  }

  private static String events(String id) {
    return "/api/operations/" + id + "/events";
  }

  @Test
  void aBackupIsFollowedToItsEndByAnyServer() throws Exception {
    String id = begin();
    try (RunningServer other = RunningServer.start(postgres, directory).as(server)) {
      RunningServer.Events told = other.events(events(id), "");
      assertThat(told.status()).isEqualTo(200);
      assertThat(told.text()).startsWith("retry: 2000\n\n").contains("event: end\ndata: {\"id\":");
      assertThat(told.text().lines().filter(line -> line.equals("event: end"))).hasSize(1);
      assertThat(told.text()).contains("\"status\":\"completed\"");
      RunningServer.Events again = server.events(events(id), "");
      assertThat(again.text()).contains("event: end");
    }
  }

  @Test
  void whoeverComesBackGoesOnAndAfterTheEndNeedNotCome() throws Exception {
    String id = begin();
    server.ended(id);
    RunningServer.catalogDo(
        postgres,
        "INSERT INTO run_log (run, line, text) SELECT '%s', 1000 + n, 'line ' || n FROM generate_series(1, 3) n"
            .formatted(id));
    RunningServer.Events told = server.events(events(id), "1002");
    assertThat(told.text()).contains("id: 1003\nevent: log\n").doesNotContain("id: 1002\n");
    assertThat(told.text()).contains("id: 1003-end\nevent: end\n");
    RunningServer.Events after = server.events(events(id), "1003-end");
    assertThat(after.status()).isEqualTo(204);
    assertThat(after.text()).isEmpty();
  }

  @Test
  void idsThatAreNoneAreRefused() throws Exception {
    String id = begin();
    for (String last : List.of("x", "-1", "1;2", "99999999999", "1-end-end", "' OR 1=1")) {
      assertThat(server.events(events(id), last).status()).as(last).isEqualTo(400);
    }
    for (String other : List.of("x", "%27", "00000000-0000-0000-0000-000000000009")) {
      assertThat(server.events(events(other), "").status()).as(other).isEqualTo(404);
    }
    server.ended(id);
    try (Stranger stranger = server.stranger()) {
      assertThat(stranger.status("GET", events(id))).isEqualTo(401);
      assertThat(stranger.status("GET", "/api/operations/..%2f../events")).isBetween(400, 499);
    }
  }

  @Test
  void anAccountFollowsItsOwnRunsAndNoOthers() throws Exception {
    String ada = HostApplication.token(ADA, UnaryOperator.identity());
    String bob = HostApplication.token(BOB, UnaryOperator.identity());
    String own =
        server
            .sendShowing(ada, "POST", "/api/backups?wait=0", Map.of())
            .json()
            .get("id")
            .asString();
    assertThat(server.events(ada, events(own), "").text()).contains("\"status\":\"completed\"");
    assertThat(server.events(bob, events(own), "").status()).isEqualTo(404);
    String ofInstance = begin();
    assertThat(server.events(ada, events(ofInstance), "").status()).isEqualTo(404);
    server.ended(ofInstance);
  }

  @Test
  void oneUserHasOnlySoManyStreamsAndGetsThemBack() throws Exception {
    String id = waiting();
    List<Integer> answers = new CopyOnWriteArrayList<>();
    List<Task> readers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      readers.add(Task.start("reader-" + i, () -> answers.add(follow(id))));
    }
    Eventually.await("four are refused", () -> answers.size() == 4);
    RunningServer.catalogDo(
        postgres,
        "UPDATE runs SET status = 'cancelled', ended_at = now() WHERE id = '%s'".formatted(id));
    for (Task reader : readers) {
      assertThat(reader.join(Duration.ofSeconds(30))).isTrue();
    }
    assertThat(answers.subList(0, 4)).containsOnly(429);
    assertThat(answers.subList(4, 12)).containsOnly(200);
    assertThat(server.events(events(id), "").text()).contains("\"status\":\"cancelled\"");
  }

  /// A run that nobody takes.
  private static String waiting() {
    String id = UUID.randomUUID().toString();
    RunningServer.catalogDo(
        postgres,
        """
        INSERT INTO runs (id, kind, request, source, resource, origin, requested_by, status, not_before,
               created_at)
        VALUES ('%s', 'full', '{}', 'main', 'x', 'request', 'Ada', 'pending', now() + interval '1 day', now())
        """
            .formatted(id));
    return id;
  }

  private static int follow(String id) {
    try {
      return server.events(events(id), "").status();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
