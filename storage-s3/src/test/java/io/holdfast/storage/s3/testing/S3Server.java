package io.holdfast.storage.s3.testing;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.storage.StoreContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// A server that speaks S3, in a process of its own on a free port, with one bucket.
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "holdfast-test";
  private static final String KEY_ID = "local-identity";
  private static final String SECRET = "local-credential";

  private final Kind kind;
  private final Process process;
  private final Workers output;
  private final Thread killer;
  private final int port;
  private final AtomicInteger folders = new AtomicInteger();

  private S3Server(Kind kind, Process process, Workers output, Thread killer, int port) {
    this.kind = kind;
    this.process = process;
    this.output = output;
    this.killer = killer;
    this.port = port;
  }

  /// Which program.
  public enum Kind {
    /// Adobe S3Mock: Spring and Tomcat, files in a directory.
    S3MOCK("Tomcat started on ports .*?(\\d+) \\(http\\)"),
    /// S3Proxy: Jetty, blobs in memory; checks signatures.
    S3PROXY("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)\\}");

    private final Pattern started;

    Kind(String started) {
      this.started = Pattern.compile(started);
    }
  }

  /// Starts one; `directory`, which is empty, is for its files.
  public static S3Server start(Kind kind, Path directory) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(
        switch (kind) {
          case S3MOCK -> s3Mock(directory);
          case S3PROXY -> s3Proxy(directory);
        });
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    Workers output = Workers.virtual("s3-server");
    var port = new CompletableFuture<Integer>();
    output.start(() -> watch(process, kind.started, port));
    var server = new S3Server(kind, process, output, killer, await(port, process));
    try (S3Client client = server.client()) {
      var _ = client.createBucket(c -> c.bucket(BUCKET));
    }
    return server;
  }

  private static List<String> s3Mock(Path directory) {
    return List.of(
        "-jar",
        servers().resolve("s3mock/s3mock-exec.jar").toString(),
        "--server.port=0",
        "--http.port=0",
        "--vectors.http.port=0",
        "--vectors.https.port=0",
        "--server.address=127.0.0.1",
        "--com.adobe.testing.s3mock.store.root=" + directory.resolve("blobs"));
  }

  private static List<String> s3Proxy(Path directory) throws IOException {
    Path settings =
        Files.writeString(
            directory.resolve("s3proxy.properties"),
            """
            s3proxy.endpoint=http://127.0.0.1:0
            s3proxy.authorization=aws-v4
            s3proxy.identity=%s
            s3proxy.credential=%s
            jclouds.provider=transient-nio2
            jclouds.identity=unused
            jclouds.credential=unused
            """
                .formatted(KEY_ID, SECRET));
    Path log =
        Files.writeString(
            directory.resolve("logback.xml"),
            """
            <configuration>
              <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%logger %msg%n%ex</pattern></encoder>
              </appender>
              <root level="info"><appender-ref ref="OUT"/></root>
            </configuration>
            """);
    return List.of(
        "-Dlogback.configurationFile=" + log,
        "-cp",
        servers().resolve("s3proxy") + "/*",
        "org.gaul.s3proxy.Main",
        "--properties",
        settings.toString());
  }

  /// The folder `servers` beside the compiled tests, filled by Maven.
  private static Path servers() {
    try {
      URI here = S3Server.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(here).resolveSibling("servers");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void watch(Process process, Pattern started, CompletableFuture<Integer> port)
      throws IOException {
    var last = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = started.matcher(line);
        if (!port.isDone()) {
          last.append(line).append('\n');
          if (matcher.find()) {
            port.complete(Integer.valueOf(matcher.group(1)));
          }
        }
      }
    }
    port.completeExceptionally(new IOException("the server ended: " + last));
  }

  private static int await(CompletableFuture<Integer> port, Process process) throws IOException {
    try {
      return port.get(180, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      process.destroyForcibly();
      throw new IOException("the server did not start", e);
    }
  }

  /// `http://127.0.0.1:port`.
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /// The URL of a folder that nobody has used yet.
  public String newPlace() {
    return placeAt(endpoint());
  }

  /// As [#newPlace], by way of something that listens at `endpoint`.
  public String placeAt(String endpoint) {
    return "s3://" + BUCKET + "/test/" + folders.incrementAndGet() + "?endpoint=" + endpoint;
  }

  /// The server's credentials as environment variables.
  public static Map<String, String> environment() {
    return Map.of("AWS_ACCESS_KEY_ID", KEY_ID, "AWS_SECRET_ACCESS_KEY", SECRET);
  }

  public static StoreContext context() {
    return new StoreContext(InstantSource.system(), Entropy.secure(), environment());
  }

  /// A client of the SDK for what tests do behind the store's back. The caller closes it.
  public S3Client client() {
    return S3Client.builder()
        .httpClient(UrlConnectionHttpClient.create())
        .region(Region.US_EAST_1)
        .endpointOverride(URI.create(endpoint()))
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY_ID, SECRET)))
        .build();
  }

  @Override
  public String toString() {
    return kind + " at " + endpoint();
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    output.close();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
