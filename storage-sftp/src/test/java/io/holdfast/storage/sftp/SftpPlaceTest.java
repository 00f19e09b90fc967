package io.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.sftp.testing.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SftpPlaceTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void readsAPlace() {
    SftpPlace place =
        place("sftp://erp-1@backup.example.org:2222/srv/b/?key-file=/k%20y&known-hosts=/kh");

    assertThat(place)
        .isEqualTo(new SftpPlace("erp-1", "backup.example.org", 2222, "/srv/b", "/k y", "/kh"));
    assertThat(place.pathOf(new BlobKey("log/s/0"))).isEqualTo("/srv/b/log/s/0");
    assertThat(place.describe())
        .isEqualTo("directory /srv/b of erp-1 at [backup.example.org]:2222");
  }

  @ParameterizedTest
  @CsvSource({
    "sftp://u@h/~/a/b,a/b",
    "sftp://u@h/~,.",
    "sftp://u@h/a b,/a b",
    "SFTP://u@h//a/,/a",
    "sftp://u@h/~a/b,/~a/b"
  })
  void directoriesAreAbsoluteOrBelowTheHome(String url, String expected) {
    assertThat(place(url.replace(" ", "%20")).directory()).isEqualTo(expected);
  }

  @Test
  void theUsualPortAndFilesAreFilledIn() {
    SftpPlace place = place("sftp://u@[2001:db8::1]/a");

    assertThat(place.host()).isEqualTo("2001:db8::1");
    assertThat(place.port()).isEqualTo(22);
    assertThat(place.hostEntry()).isEqualTo("2001:db8::1");
    assertThat(place.knownHosts()).isEqualTo(directory + "/.ssh/known_hosts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sftp:",
        "sftp://",
        "sftp://host/a",
        "sftp://u:hunter2@host/a",
        "sftp://u%3Ahunter2@host/a",
        "sftp://u@host",
        "sftp://u@host/",
        "sftp://u@host:0/a",
        "sftp://u@host:99999/hunter2",
        "sftp://u@host:hunter2/a",
        "sftp://u@host/a/../hunter2",
        "sftp://u@host/a//hunter2",
        "sftp://u@host/a%0Ahunter2",
        "sftp://u@ho_st/a",
        "sftp://u@host/a#hunter2",
        "sftp://u@host/a?password=hunter2",
        "sftp://u@host/a?hunter2",
        "sftp://u@host/a?key-file=/does/not/exist"
      })
  void refusesWhatItCannotUseAndRepeatsNoSecret(String url) {
    BackupException refused = refused(url, Map.of("HOLDFAST_SFTP_PASSWORD", "hunter2"));
    assertThat(refused.text() + refused.hint() + refused.getCause()).doesNotContain("hunter2");
    assertThat(refused.hint()).isNotEmpty();
  }

  @Test
  void aKeyFileThatOthersCanReadOrThatIsNoneIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("key"), "nothing of that kind");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(refused("sftp://u@host/a?key-file=" + file, Map.of()).hint())
        .contains("chmod 600 " + file);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(refused("sftp://u@host/a?key-file=" + file, Map.of()).text())
        .contains(file.toString());
  }

  @Test
  void anEncryptedKeyNeedsItsPassphrase() throws IOException {
    Path key = SshServer.makeKey(directory, "encrypted", "-t", "ed25519", "-N", "hunter2");
    String url = "sftp://u@host/a?key-file=" + key;

    assertThat(refused(url, Map.of()).hint()).contains("HOLDFAST_SFTP_KEY_PASSPHRASE");
    BackupException wrong = refused(url, Map.of("HOLDFAST_SFTP_KEY_PASSPHRASE", "hunter3"));
    assertThat(wrong.text() + wrong.hint() + wrong.getCause()).doesNotContain("hunter3");
    openAndClose(url, context(Map.of("HOLDFAST_SFTP_KEY_PASSPHRASE", "hunter2")));
  }

  /// Opening asks nothing of the host.
  private static void openAndClose(String url, StoreContext context) throws IOException {
    BlobStores.open(url, context).close();
  }

  private BackupException refused(String url, Map<String, String> environment) {
    BackupException refused =
        catchThrowableOfType(BackupException.class, () -> openAndClose(url, context(environment)));
    assertThat(refused).isNotNull();
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    return refused;
  }

  private SftpPlace place(String url) {
    return SftpPlace.of(
        StoreUrl.parse(url, "sftp://user@host/a"), context(Map.of("HOME", directory.toString())));
  }

  private static StoreContext context(Map<String, String> environment) {
    return new StoreContext(() -> Instant.EPOCH, Seeds.entropy(1), environment);
  }
}
