package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `holdfast serve` as it is shipped: its own PostgreSQL for the catalog, a backup by request, and
/// a restore of it without the server.
class ServeTest {
  private static final int ATTEMPTS = 240;
  private static final Duration BETWEEN = Duration.ofMillis(250);
  private static final int STOP_SECONDS_MAX = 60;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aBackupMadeByRequestIsRestoredWithoutTheServer() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n");
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");

      String backup;
      String token;
      try (Serving server = Serving.start(program, scratch)) {
        token = server.setUp();
        backup = server.backUp(token);
      }
      try (Serving again = Serving.start(program, scratch)) {
        assertThat(again.said()).as("it is set up").doesNotContain("hfsetup_");
        assertThat(again.send("GET", "/api/admin/backup/list", token, "").body()).contains(backup);
        assertThat(again.send("GET", "/api/admin/backup/list", token + "x", "").statusCode())
            .isEqualTo(401);
      }

      Path restored = scratch.resolve("restored");
      program.expect(0, "restore", backup, "--to", restored.toString());
      try (Cluster copy = Cluster.restored(source.major(), restored)) {
        String rows = "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY n)) FROM t";
        copy.start();
        copy.awaitPromotion();
        assertThat(copy.sql(rows)).isEqualTo(source.sql(rows));
      }
      assertNoProcessNames(scratch.resolve("data"));
    }
  }

  @Test
  void aDirectoryThatASecondServerWantsIsRefused() throws Exception {
    Program program = new Program(scratch).with("DATABASE_URL", "postgresql://u@127.0.0.1:1/x");
    program.expect(0, "init");
    try (Serving server = Serving.start(program, scratch)) {
      Command.Ended refused =
          program.run("serve", "--port", "0", "--data", scratch.resolve("data").toString());
      assertThat(refused.status()).as(refused.all()).isNotZero();
      assertThat(refused.all()).contains(scratch.resolve("data").toString()).contains("hint");
      assertThat(server.said()).contains("serving on");
    }
  }

  /// Nothing that the server started is left.
  private static void assertNoProcessNames(Path data) {
    assertThat(
            ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(data.toString())))
        .isEmpty();
  }

  /// A server in a process of its own; closing ends it by SIGTERM and expects that it ends well.
  private record Serving(Process process, Path log, HttpClient http) implements AutoCloseable {
    static Serving start(Program program, Path scratch) throws Exception {
      Path log = Files.createTempFile(scratch, "serve", ".log");
      Process process =
          program.start(log, "serve", "--port", "0", "--data", scratch.resolve("data").toString());
      Serving serving = new Serving(process, log, HttpClient.newHttpClient());
      for (int attempt = 0; !serving.said().contains("serving on "); attempt++) {
        if (attempt == ATTEMPTS || process.waitFor(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError("it does not serve: " + serving.said());
        }
      }
      return serving;
    }

    String said() throws IOException {
      return Files.readString(log) + Files.readString(Path.of(log + ".err"));
    }

    private String word(String beginning) throws IOException {
      return Arrays.stream(said().split("\\s+"))
          .filter(word -> word.startsWith(beginning))
          .reduce((_, last) -> last)
          .orElseThrow();
    }

    HttpResponse<String> send(String method, String path, String token, String body)
        throws IOException, InterruptedException {
      return http.send(
          HttpRequest.newBuilder(URI.create(word("http://127.0.0.1:") + path))
              .header("Content-Type", "application/json")
              .header("Authorization", "Bearer " + token)
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }

    /// Answers the token of the first admin.
    String setUp() throws IOException, InterruptedException {
      String body =
          String.format(
              Locale.ROOT, "{\"setupToken\": \"%s\", \"name\": \"Ada\"}", word("hfsetup_"));
      HttpResponse<String> made = send("POST", "/api/setup", "", body);
      assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
      return Answers.all(made.body(), "token").getFirst();
    }

    /// Answers the backup's name.
    String backUp(String token) throws Exception {
      HttpResponse<String> accepted =
          send("POST", "/api/admin/backup/create", token, "{\"type\": \"full\"}");
      assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
      String operation = accepted.headers().firstValue("Location").orElseThrow();
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        String state = send("GET", operation, token, "").body();
        List<String> status = Answers.all(state, "status");
        if (status.getFirst().equals("completed")) {
          return Answers.all(state, "backup").getFirst();
        }
        assertThat(status.getFirst()).as(state + said()).isIn("pending", "running");
        boolean ended = process.waitFor(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended).as(said()).isFalse();
      }
      throw new AssertionError("the backup does not end: " + said());
    }

    @Override
    public void close() throws IOException {
      process.destroy();
      try {
        assertThat(process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)).as(said()).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      http.close();
    }
  }
}
