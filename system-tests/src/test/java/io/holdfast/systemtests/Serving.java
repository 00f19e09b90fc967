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

/// A server in a process of its own; closing ends it by SIGTERM and expects that it ends well.
record Serving(Process process, Path log, HttpClient http) implements AutoCloseable {
  private static final int ATTEMPTS = 240;
  private static final Duration BETWEEN = Duration.ofMillis(250);
  private static final int STOP_SECONDS_MAX = 60;

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

  /// Waits until it said something.
  void awaitSaid(String text) throws IOException, InterruptedException {
    for (int attempt = 0; !said().contains(text); attempt++) {
      if (attempt == ATTEMPTS || process.waitFor(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("it does not say '" + text + "': " + said());
      }
    }
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
        String.format(Locale.ROOT, "{\"setupToken\": \"%s\", \"name\": \"Ada\"}", word("hfsetup_"));
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

  /// Ends it by SIGKILL.
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    http.close();
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
