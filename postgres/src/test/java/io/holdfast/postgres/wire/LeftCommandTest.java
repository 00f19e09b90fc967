package io.holdfast.postgres.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeftCommandTest {
  private static final Duration WAIT = Duration.ofSeconds(30);

  @Test
  void aCommandThatWasLeftDoesNotGoOnInTheServer() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of());
        DatabaseSession watching =
            DatabaseSession.open(server.url(), "watching", Map.of(), new Cancellation())) {
      Cancellation stop = new Cancellation();
      try (Workers workers = Workers.platform("left");
          DatabaseSession session = DatabaseSession.open(server.url(), "left", Map.of(), stop)) {
        workers.start(
            () -> {
              await(watching, "1");
              stop.request();
            });
        assertThatThrownBy(() -> session.query("SELECT pg_sleep(600)"))
            .isInstanceOfSatisfying(
                BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        workers.join();
      }
      await(watching, "0");
    }
  }

  private static void await(DatabaseSession watching, String sleeping) throws IOException {
    long end = System.nanoTime() + WAIT.toNanos();
    String count =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left'"
            + " AND query LIKE '%sleep(600)%' AND state = 'active'";
    while (!watching.value(count).equals(sleeping)) {
      assertThat(System.nanoTime()).as("not %s such commands", sleeping).isLessThan(end);
      watching.query("SELECT pg_sleep(0.01)");
    }
  }
}
