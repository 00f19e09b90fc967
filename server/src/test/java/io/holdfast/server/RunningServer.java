package io.holdfast.server;

import io.holdfast.base.Cancellation;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.ServerProgram;
import io.holdfast.engine.api.World;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Flags;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server in this process, with a catalog and a source in one PostgreSQL server and a repository
/// in a directory. Closing stops the server and leaves the PostgreSQL server alone.
final class RunningServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /// Whatever the server answers must be in the description of its API.
  private static final ApiContract CONTRACT = ApiContract.ofServer();

  /// What cron jobs show.
  static final String CRON_SECRET = "cron-5ecret-of-the-tests";

  private static final String SERVING = "serving on ";

  private final Cancellation cancellation = new Cancellation();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Configuration configuration;
  private final Thread thread;
  private volatile Optional<Throwable> failure = Optional.empty();
  private Optional<String> token = Optional.empty();

  private RunningServer(Configuration configuration) {
    this.configuration = configuration;
    this.thread = Thread.ofPlatform().name("serve").unstarted(this::serve);
  }

  /// Makes the repository where it is not there yet, and starts.
  static RunningServer start(TestServer postgres, Path directory) {
    Map<String, String> environment = new HashMap<>();
    environment.put("BACKUP_DIR", directory.resolve("repository").toString());
    environment.put("BACKUP_ENCRYPTION_KEY", "5e".repeat(32));
    environment.put("DATABASE_URL", url(postgres, "postgres"));
    environment.put("CATALOG_URL", url(postgres, "catalog"));
    environment.put("CRON_SECRET", CRON_SECRET);
    Configuration configuration =
        new Configuration(new Environment(environment), directory, World.real(), Optional.empty());
    if (!directory.resolve("repository").toFile().exists()) {
      postgres.sql("CREATE DATABASE catalog");
      Holdfast.create(configuration.options()).holdfast().close();
    }
    RunningServer server = new RunningServer(configuration);
    server.thread.start();
    Eventually.await(
        "the server serves",
        () ->
            server.failure.isPresent()
                || server.said.stream().anyMatch(s -> s.startsWith(SERVING)));
    server.failure.ifPresent(
        e -> {
          throw new AssertionError("the server did not start", e);
        });
    return server;
  }

  private static String url(TestServer postgres, String database) {
    return "postgresql://postgres@127.0.0.1:" + postgres.port() + "/" + database;
  }

  private void serve() {
    try {
      new HoldfastServer()
          .serve(
              configuration,
              new ServerProgram.Request(Flags.NONE, OptionalInt.of(0), Optional.empty()),
              cancellation,
              said::add);
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
    }
  }

  /// The token that it printed because nobody has set it up.
  String setupToken() {
    return said.stream()
        .map(String::strip)
        .filter(s -> s.startsWith("hfsetup_"))
        .findFirst()
        .orElseThrow();
  }

  /// All that a person read at its start.
  String said() {
    return String.join("\n", said);
  }

  Configuration configuration() {
    return configuration;
  }

  /// Sets the server up; requests are made as its admin from here on.
  void signIn() throws IOException, InterruptedException {
    String setupToken = setupToken();
    Answer made =
        send("POST", "/api/setup", Optional.of(Map.of("setupToken", setupToken, "name", "Ada")));
    if (made.status() != 201) {
      throw new AssertionError(made.toString());
    }
    token = Optional.of(made.json().get("token").asString());
  }

  /// Requests are made with the token of another server on the same catalog.
  RunningServer as(RunningServer other) {
    token = other.token;
    return this;
  }

  /// An answer of the server.
  record Answer(int status, String contentType, Optional<String> location, JsonNode json) {}

  Answer read(String path) throws IOException, InterruptedException {
    return send("GET", path, Optional.empty());
  }

  /// What is no JSON.
  String text(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base() + path))
            .header("Authorization", "Bearer " + token.orElseThrow())
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    checked(response, "", response.body());
    return response.body();
  }

  /// What a stream of events said until it ended.
  record Events(int status, String text) {}

  /// @param last the id of the last event that is known; may be empty
  Events events(String path, String last) throws IOException, InterruptedException {
    return events(token.orElseThrow(), path, last);
  }

  /// Shows something else than the token.
  Events events(String shown, String path, String last) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + path))
            .header("Authorization", "Bearer " + shown)
            .header("Accept", "text/event-stream");
    if (!last.isEmpty()) {
      request.header("Last-Event-ID", last);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    checked(response, "", response.body());
    return new Events(response.statusCode(), response.body());
  }

  private static void checked(HttpResponse<?> response, String sent, String body) {
    HttpRequest request = response.request();
    CONTRACT.check(
        new ApiContract.Request(request.method(), request.uri(), sent),
        new ApiContract.Reply(response.statusCode(), response.headers(), body));
  }

  Answer post(String path, Object body) throws IOException, InterruptedException {
    return send("POST", path, Optional.of(body));
  }

  Answer send(String method, String path, Optional<Object> body)
      throws IOException, InterruptedException {
    return send(method, path, body, token);
  }

  /// Shows something else than the token.
  Answer sendShowing(String shown, String method, String path)
      throws IOException, InterruptedException {
    return send(method, path, Optional.empty(), Optional.of(shown));
  }

  Answer sendShowing(String shown, String method, String path, Object body)
      throws IOException, InterruptedException {
    return send(method, path, Optional.of(body), Optional.of(shown));
  }

  private Answer send(String method, String path, Optional<Object> body, Optional<String> shown)
      throws IOException, InterruptedException {
    String text = body.map(RunningServer::text).orElse("");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + path))
            .method(
                method,
                body.isPresent()
                    ? HttpRequest.BodyPublishers.ofString(text)
                    : HttpRequest.BodyPublishers.noBody())
            .header("Content-Type", "application/json");
    shown.ifPresent(it -> request.header("Authorization", "Bearer " + it));
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    checked(response, text, response.body());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.headers().firstValue("Location"),
        response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body()));
  }

  private static String text(Object body) {
    return body instanceof String string ? string : JSON.writeValueAsString(body);
  }

  /// Waits until an operation has ended, and shows it.
  JsonNode ended(String operation) {
    Eventually.await("the end of " + operation, () -> !endOf(operation).get("endedAt").isNull());
    return endOf(operation);
  }

  private JsonNode endOf(String operation) {
    try {
      return read("/api/operations/" + operation).json();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// What the server gave away.
  ///
  /// @param content each byte as a character
  record File(int status, String name, String content) {}

  /// Takes a file by a link, without any token.
  File download(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(URI.create(base() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    boolean isFile = response.statusCode() == 200;
    checked(response, "", isFile ? "" : new String(response.body(), StandardCharsets.UTF_8));
    String disposition = response.headers().firstValue("Content-Disposition").orElse("");
    return new File(
        response.statusCode(),
        disposition.replaceFirst(".*filename=\"(.*)\"", "$1"),
        new String(response.body(), StandardCharsets.ISO_8859_1));
  }

  /// Asks the catalog itself.
  static String catalog(TestServer postgres, String query) {
    return onCatalog(
        postgres,
        statement -> {
          try (ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : "";
          }
        });
  }

  static void catalogDo(TestServer postgres, String change) {
    int _ = onCatalog(postgres, statement -> statement.executeUpdate(change));
  }

  private interface OnStatement<T> {
    T of(Statement statement) throws SQLException;
  }

  private static <T> T onCatalog(TestServer postgres, OnStatement<T> work) {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/catalog?user=postgres");
        Statement statement = connection.createStatement()) {
      return work.of(statement);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /// Somebody without a token.
  Stranger stranger() {
    return new Stranger(base());
  }

  private String base() {
    return said.stream()
        .filter(line -> line.startsWith(SERVING))
        .findFirst()
        .orElseThrow()
        .substring(SERVING.length());
  }

  /// Secrets never show.
  @Override
  public String toString() {
    return "RunningServer";
  }

  @Override
  public void close() {
    cancellation.request();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
