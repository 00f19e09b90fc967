package io.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Entropy;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Credentials are found where those who know the AWS SDK expect it. The server checks signatures.
@ExtendWith(S3Servers.class)
class FoundCredentialsTest {
  private static final String KEYS =
      "aws_access_key_id = %s\naws_secret_access_key = %s\n"
          .formatted(
              S3Server.environment().get("AWS_ACCESS_KEY_ID"),
              S3Server.environment().get("AWS_SECRET_ACCESS_KEY"));
  private static final String OTHERS =
      "[default]\naws_access_key_id = other\naws_secret_access_key = other\n";

  private final S3Server server;
  @TempDir private Path directory = Path.of("");

  FoundCredentialsTest(@S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) {
    this.server = server;
  }

  @Test
  void aProfileOfTheCredentialsFileIsUsed() throws IOException {
    Path file = write("credentials", OTHERS + "[backup]\n" + KEYS);
    assertThat(
            opened(Map.of("AWS_SHARED_CREDENTIALS_FILE", file.toString(), "AWS_PROFILE", "backup")))
        .isEqualTo("ANSWER STORED");
    assertThat(opened(Map.of("AWS_SHARED_CREDENTIALS_FILE", file.toString())))
        .as("the default profile, whose keys are wrong")
        .startsWith("ANSWER refused: ");
  }

  @Test
  void aProfileOfTheConfigurationFileIsUsed() throws IOException {
    Path file = write("config", OTHERS + "[profile backup]\nregion = eu-central-1\n" + KEYS);
    assertThat(opened(Map.of("AWS_CONFIG_FILE", file.toString(), "AWS_PROFILE", "backup")))
        .isEqualTo("ANSWER STORED");
  }

  @Test
  void theEnvironmentComesFirst() throws IOException {
    Path file = write("credentials", OTHERS);
    Map<String, String> both = new HashMap<>(S3Server.environment());
    both.put("AWS_SHARED_CREDENTIALS_FILE", file.toString());
    assertThat(opened(both)).isEqualTo("ANSWER STORED");
  }

  @Test
  void aProfileThatIsMissingIsNamed() throws IOException {
    Path file = write("credentials", OTHERS);
    assertThat(
            opened(Map.of("AWS_SHARED_CREDENTIALS_FILE", file.toString(), "AWS_PROFILE", "nobody")))
        .contains("no credentials were found")
        .contains("the profile 'nobody' that AWS_PROFILE names")
        .contains("use a profile");
    assertThat(opened(Map.of()))
        .contains("no credentials were found")
        .doesNotContain("AWS_PROFILE names");
  }

  @Test
  void aSessionTokenGoesWithEachRequest() throws IOException {
    Map<String, String> environment = new HashMap<>(S3Server.environment());
    environment.put("AWS_SESSION_TOKEN", "token-of-a-session");
    Queue<String> heads = new ConcurrentLinkedQueue<>();
    var context = new StoreContext(InstantSource.system(), Entropy.secure(), environment);
    try (FaultProxy proxy = FaultProxy.before(server.port())) {
      proxy.choose(
          new FaultProxy.Choice() {
            @Override
            public Fault of(String line) {
              return Fault.none();
            }

            @Override
            public Fault of(String line, String head) {
              heads.add(head.toLowerCase(Locale.ROOT));
              // The server knows no sessions.
              return new Fault.Document(
                  "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
            }
          });
      S3Place place = S3Place.of(StoreUrl.parse(server.placeAt(proxy.endpoint()), ""), context);
      try (S3BlobStore store = S3BlobStore.open(place, context, S3Timeouts.DEFAULT)) {
        store.list("", _ -> {});
      }
    }
    assertThat(heads)
        .isNotEmpty()
        .allMatch(head -> head.contains("\r\nx-amz-security-token: token-of-a-session\r\n"))
        .allMatch(head -> head.matches("(?s).*signedheaders=[^\r]*x-amz-security-token.*"));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /// What the program says that has this environment and no other; nobody's home, no cloud.
  private String opened(Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Duser.home=" + directory,
            "-cp",
            classPath(),
            OpenedByEnvironment.class.getName(),
            server.placeAt(server.endpoint()));
    builder.environment().clear();
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    List<String> said = process.inputReader().lines().toList();
    return said.stream()
        .filter(line -> line.startsWith("ANSWER "))
        .findFirst()
        .orElseGet(() -> String.join("\n", said));
  }

  /// Modules and classes of this process, and its tests, however it was started.
  private static String classPath() {
    try {
      Path classes =
          Path.of(
              OpenedByEnvironment.class
                  .getProtectionDomain()
                  .getCodeSource()
                  .getLocation()
                  .toURI());
      return Stream.of(
              System.getProperty("java.class.path", ""),
              System.getProperty("jdk.module.path", ""),
              classes.toString(),
              classes.resolveSibling("test-classes").toString())
          .filter(part -> !part.isEmpty())
          .collect(Collectors.joining(File.pathSeparator));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
