package io.holdfast.storage.sftp;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/// Who we are to the server: private keys, and a password from the environment.
final class Identities {
  static final String PASSWORD = "HOLDFAST_SFTP_PASSWORD";
  static final String KEY_PASSPHRASE = "HOLDFAST_SFTP_KEY_PASSPHRASE";

  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final List<String> USUAL = List.of("id_ed25519", "id_ecdsa", "id_rsa");
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final List<KeyPair> keys;
  private final String password;

  private Identities(List<KeyPair> keys, String password) {
    this.keys = List.copyOf(keys);
    this.password = password;
  }

  /// The key file that the URL names; without one, what there is of the usual files in `~/.ssh`.
  ///
  /// @throws BackupException `BAD_URL` if a named key file cannot be used
  static Identities of(SftpPlace place, StoreContext context) {
    JdkCryptography.require();
    String passphrase = context.variable(KEY_PASSPHRASE);
    List<KeyPair> keys = new ArrayList<>();
    if (!place.keyFile().isEmpty()) {
      keys.addAll(load(Path.of(place.keyFile()), passphrase));
    } else if (context.variable(PASSWORD).isEmpty()) {
      for (String name : USUAL) {
        Path file = Path.of(SftpPlace.home(context), ".ssh", name);
        if (Files.isReadable(file)) {
          keys.addAll(load(file, passphrase));
        }
      }
    }
    return new Identities(keys, context.variable(PASSWORD));
  }

  List<KeyPair> keys() {
    return keys;
  }

  /// Empty for none.
  String password() {
    return password;
  }

  boolean isEmpty() {
    return keys.isEmpty() && password.isEmpty();
  }

  private static List<KeyPair> load(Path file, String passphrase) {
    try {
      if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        throw unusable(
            file,
            "others may read it",
            "Take the others' rights away with: chmod 600 " + file,
            null);
      }
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw unusable(file, "it is longer than " + FILE_BYTES_MAX + " bytes", HINT, null);
      }
      List<KeyPair> keys = new ArrayList<>();
      try (InputStream in = Files.newInputStream(file)) {
        Iterable<KeyPair> found =
            SecurityUtils.loadKeyPairIdentities(
                null,
                NamedResource.ofName(file.toString()),
                in,
                passphrase.isEmpty()
                    ? FilePasswordProvider.EMPTY
                    : FilePasswordProvider.of(passphrase));
        if (found != null) {
          found.forEach(keys::add);
        }
      }
      if (keys.isEmpty()) {
        throw unusable(file, "it holds no private key", HINT, null);
      }
      return keys;
    } catch (IOException e) {
      throw unusable(file, FileReason.of(e), HINT, e);
    } catch (GeneralSecurityException | RuntimeException e) {
      if (e instanceof BackupException known) {
        throw known;
      }
      throw unusable(file, "it is damaged, or its passphrase is missing or wrong", HINT, e);
    }
  }

  private static final String HINT =
      "Name a private key in the format of OpenSSH with key-file=... in the URL; its passphrase, if"
          + " it has one, goes into the environment variable "
          + KEY_PASSPHRASE
          + ".";

  private static BackupException unusable(
      Path file, String why, String hint, @Nullable Exception cause) {
    return new BackupException(
        ErrorCode.BAD_URL, "the key file " + file + " cannot be used: " + why, hint, cause);
  }
}
