package io.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.sftp.testing.SshServer;
import io.holdfast.storage.sftp.testing.SshServers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whom we trust, and who trusts us.
@ExtendWith(SshServers.class)
class SftpTrustTest {
  private static final BlobKey KEY = new BlobKey("a/b");

  @TempDir private Path directory = Path.of("");
  private final SshServer server;

  SftpTrustTest(SshServer server) {
    this.server = server;
  }

  @Test
  void aHostThatIsNotKnownIsRefusedWithItsFingerprintAndNothingIsAdded() throws IOException {
    Path empty = Files.createFile(directory.resolve("known_hosts"));
    StoreRefusedException refused = refused(knowing(empty));

    assertThat(refused).hasMessageContaining("is not in " + empty).hasMessageContaining("SHA256:");
    assertThat(refused.advice()).contains("ssh-keyscan -p " + server.port() + " 127.0.0.1");
    assertThat(empty).isEmptyFile();

    StoreRefusedException noFile = refused(knowing(directory.resolve("none")));
    assertThat(noFile).hasMessageContaining("SHA256:");
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void aHostWithAnotherKeyIsRefused() throws IOException {
    Path other = SshServer.makeKey(directory, "other", "-t", "ed25519", "-N", "");
    String line = "[127.0.0.1]:" + server.port() + " " + Files.readString(Path.of(other + ".pub"));
    StoreRefusedException refused =
        refused(knowing(Files.writeString(directory.resolve("known_hosts"), line)));

    assertThat(refused).hasMessageContaining("another one than");
    assertThat(refused.advice()).contains("ssh-keygen -R '[127.0.0.1]:" + server.port() + "'");
  }

  @Test
  void aKeyOfAnotherPortOfTheHostCountsForNothing() throws IOException {
    Path file = directory.resolve("known_hosts");
    Files.writeString(file, server.knownHost(server.port() + 1));
    assertThat(refused(knowing(file))).hasMessageContaining("is not in");
  }

  @Test
  void aRevokedKeyIsRefused() throws IOException {
    String line = server.knownHost(server.port());
    Path file = directory.resolve("known_hosts");
    Files.writeString(file, line + "@revoked " + line);
    assertThat(refused(knowing(file))).hasMessageContaining("revoked");
  }

  @Test
  void linesThatCannotBeReadAndHashedNamesAreNoObstacle() throws IOException {
    Path file = directory.resolve("known_hosts");
    Files.writeString(
        file,
        "# a remark\n\nnonsense\nhost.example.org ssh-new AAAAnew==\n"
            + "[127.0.0.1]:"
            + server.port()
            + " ecdsa-sha2-nistp256 AAAA\n"
            + server.knownHost(server.port()));
    works(knowing(file));

    Files.writeString(file, server.knownHost(server.port()));
    SshServer.run("ssh-keygen", "-q", "-H", "-f", file.toString());
    assertThat(Files.readString(file)).startsWith("|1|");
    works(knowing(file));
  }

  @ParameterizedTest
  @CsvSource({"ed25519,''", "ecdsa,''", "rsa,''", "ed25519,secret"})
  void keysOfAllKindsOpenTheDoor(String type, String passphrase) throws IOException {
    Path key = SshServer.makeKey(directory, "mine", "-t", type, "-N", passphrase);
    String place =
        server.place(
            server.port(), server.data() + "/" + server.newFolder(), key, server.knownHosts());
    var environment = Map.of(Identities.KEY_PASSPHRASE, passphrase);
    StoreRefusedException refused = refused(place, environment);
    assertThat(refused).hasMessageContaining("does not let user " + server.user() + " in");
    assertThat(refused.advice()).contains("authorized_keys");

    server.authorize(key);
    works(place, environment);
  }

  @Test
  void aWrongPasswordIsRefusedAndNotRepeated() {
    String place =
        "sftp://%s@127.0.0.1:%d/x?known-hosts=%s"
            .formatted(server.user(), server.port(), server.knownHosts());
    StoreRefusedException refused = refused(place, Map.of(Identities.PASSWORD, "hunter2"));
    assertThat(refused).hasMessageContaining("does not let user");
    assertThat(refused + refused.advice()).doesNotContain("hunter2");

    StoreRefusedException nothing = refused(place, Map.of("HOME", directory.toString()));
    assertThat(nothing.advice()).contains("key-file").contains(Identities.PASSWORD);
  }

  @Test
  void theUsualKeyFileIsFound() throws IOException {
    Path usual = Files.createDirectory(directory.resolve(".ssh"));
    Files.copy(server.userKey(), usual.resolve("id_ed25519"));
    Files.setPosixFilePermissions(
        usual.resolve("id_ed25519"), Files.getPosixFilePermissions(server.userKey()));
    Files.copy(server.knownHosts(), usual.resolve("known_hosts"));
    works(
        "sftp://%s@127.0.0.1:%d%s/%s"
            .formatted(server.user(), server.port(), server.data(), server.newFolder()),
        Map.of("HOME", directory.toString()));
  }

  private String knowing(Path knownHosts) {
    return server.placeAt(server.port(), server.newFolder(), knownHosts);
  }

  private static StoreRefusedException refused(String place) {
    return refused(place, Map.of());
  }

  private static StoreRefusedException refused(String place, Map<String, String> environment) {
    StoreRefusedException refused =
        catchThrowableOfType(
            StoreRefusedException.class,
            () -> {
              try (BlobStore store = BlobStores.open(place, context(environment))) {
                assertThat(store.stat(KEY)).isEmpty();
              }
            });
    assertThat(refused).isNotNull();
    return refused;
  }

  private static void works(String place) throws IOException {
    works(place, Map.of());
  }

  private static void works(String place, Map<String, String> environment) throws IOException {
    try (BlobStore store = BlobStores.create(place, context(environment))) {
      assertThat(store.putIfAbsent(KEY, ByteBuffer.wrap(new byte[3])))
          .isEqualTo(BlobStore.PutResult.STORED);
      assertThat(store.get(KEY, 3)).hasSize(3);
    }
  }

  private static StoreContext context(Map<String, String> environment) {
    return new StoreContext(InstantSource.system(), io.holdfast.base.Entropy.secure(), environment);
  }
}
