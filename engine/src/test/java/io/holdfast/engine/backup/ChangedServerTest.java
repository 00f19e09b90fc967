package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.LyingServer;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that is another one at the end of a backup than at its beginning. The real server says
/// everything but the lie. PostgreSQL names its cluster in manifests from 17 on; here the name is
/// put into the manifest of an older one, with the checksum that belongs to it.
@Timeout(120)
class ChangedServerTest {
  private static Optional<TestServer> running = Optional.empty();

  @TempDir private Path directory = Path.of("");

  @BeforeAll
  static void startServer() throws IOException {
    running =
        Optional.of(TestServer.start(TestPrograms.WITH_TOOLS, Map.of("max_wal_senders", "4")));
  }

  @AfterAll
  static void stopServer() throws IOException {
    server().close();
  }

  private static TestServer server() {
    return running.orElseThrow();
  }

  @Test
  void aManifestOfAnotherClusterIsRefused() {
    assertRefused(
        () -> new ManifestOf("42"), ErrorCode.MANIFEST_MISMATCH, "the manifest is of another");
  }

  @Test
  void aManifestOfTheSameClusterIsNot() throws Exception {
    String identifier = server().value("SELECT system_identifier FROM pg_control_system()");
    try (OpenRepository repository = init()) {
      backUp(repository, () -> new ManifestOf(identifier));
      assertThat(repository.repository().snapshots()).hasSize(1);
    }
  }

  @Test
  void aBackupThatEndsOnAnotherTimelineIsRefused() {
    assertRefused(EndsOnTimeline2::new, ErrorCode.SERVER_UNAVAILABLE, "another timeline");
  }

  private void assertRefused(Supplier<LyingServer.Lie> lies, ErrorCode code, String text) {
    try (OpenRepository repository = init()) {
      assertThatThrownBy(() -> backUp(repository, lies))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(code);
                assertThat(e.text()).contains(text);
                assertThat(e.hint()).contains("Nothing was published");
              });
      assertThat(repository.repository().snapshots()).isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private OpenRepository init() {
    return new RepositoryAccess(TestEngine.context()).init(settings(0)).repository();
  }

  private void backUp(OpenRepository repository, Supplier<LyingServer.Lie> lies)
      throws IOException {
    try (LyingServer between = new LyingServer(server().port(), lies)) {
      new PhysicalBackup(TestEngine.context(), repository)
          .run(
              settings(between.port()),
              new BackupRequest(BackupRequest.Type.FULL, BackupRequest.Checkpoint.FAST));
    }
  }

  private Settings settings(int port) {
    return TestEngine.settings(
        directory.resolve("repository"),
        Optional.of(
            new Secret("postgresql://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable")));
  }

  /// The row after the copied data is where the backup ends: a position and a timeline.
  private static final class EndsOnTimeline2 implements LyingServer.Lie {
    private boolean copied;
    private boolean told;

    @Override
    public void tell(char type, byte[] body, LyingServer.Client client) throws IOException {
      if (type == 'D' && copied && !told) {
        told = true;
        assertThat(body[body.length - 1]).as("timeline").isEqualTo((byte) '1');
        body[body.length - 1] = '2';
      }
      copied |= type == 'c';
      client.send(type, body);
    }
  }

  /// Holds the manifest back until it is complete, then sends it with the name of a cluster.
  private static final class ManifestOf implements LyingServer.Lie {
    private static final String VERSION = "\"PostgreSQL-Backup-Manifest-Version\": ";
    private static final int PIECE_BYTES = 1 << 14;

    private final String systemIdentifier;
    private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();
    private boolean inManifest;

    ManifestOf(String systemIdentifier) {
      this.systemIdentifier = systemIdentifier;
    }

    @Override
    public void tell(char type, byte[] body, LyingServer.Client client) throws IOException {
      if (inManifest && type == 'd' && body[0] == 'd') {
        manifest.write(body, 1, body.length - 1);
        return;
      }
      if (inManifest && type == 'c') {
        inManifest = false;
        byte[] told = named();
        for (int at = 0; at < told.length; at += PIECE_BYTES) {
          byte[] piece = Arrays.copyOfRange(told, at, Math.min(told.length, at + PIECE_BYTES));
          client.send('d', withKind(piece));
        }
      }
      inManifest |= type == 'd' && body[0] == 'm';
      client.send(type, body);
    }

    private static byte[] withKind(byte[] piece) {
      byte[] body = new byte[piece.length + 1];
      body[0] = 'd';
      System.arraycopy(piece, 0, body, 1, piece.length);
      return body;
    }

    private byte[] named() {
      String text = manifest.toString(StandardCharsets.ISO_8859_1);
      assertThat(text).contains(VERSION + "1,\n");
      String before =
          text.substring(0, text.indexOf("\"Manifest-Checksum\""))
              .replace(
                  VERSION + "1,\n",
                  VERSION + "2,\n\"System-Identifier\": " + systemIdentifier + ",\n");
      byte[] covered = before.getBytes(StandardCharsets.ISO_8859_1);
      String checksum = "\"Manifest-Checksum\": \"" + sha256(covered) + "\"}\n";
      return (before + checksum).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String sha256(byte[] bytes) {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
