package io.holdfast.engine.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.base.Secret;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.KeyFiles;
import io.holdfast.portable.seal.SealKey;
import io.holdfast.repository.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which key or passphrase a file is sealed and opened with. The key of the repository opens files,
/// as some were sealed with it, but seals none: whoever got such a file would need the key to all
/// backups.
///
/// @param keyFile wins over everything else
/// @param passphraseFile likewise
public record FileKeys(
    @Nullable Path keyFile, @Nullable Path passphraseFile, Environment environment) {
  /// The variable for passphrases of files.
  public static final String PASSPHRASE = "HOLDFAST_FILE_PASSPHRASE";

  private static final String KEY = "BACKUP_ENCRYPTION_KEY";
  private static final int PASSWORD_FILE_BYTES_MAX = 64 << 10;

  /// Those that an environment names.
  public static FileKeys of(Environment environment) {
    return new FileKeys(null, null, environment);
  }

  /// Whether somebody gave a key or passphrase for files, and not only for the repository.
  public boolean areGiven() {
    return areNamed() || environment.secret(PASSPHRASE).isPresent();
  }

  /// Whether the command that runs names a file with one.
  public boolean areNamed() {
    return keyFile != null || passphraseFile != null;
  }

  /// @throws BackupException `KEY_MISSING`
  public SealKey forSealing() {
    return given()
        .orElseThrow(
            () ->
                missing(
                    "no key or passphrase was given for the file",
                    "Set "
                        + PASSPHRASE
                        + ", or give --passphrase-file or --key-file. The repository's own key is"
                        + " not used: whoever gets the file would need it."));
  }

  public SealKey forOpening() {
    return given()
        .or(() -> environment.secret(KEY).map(SealKey::fromHex))
        .or(
            () ->
                environment
                    .firstSecret("BACKUP_PASSPHRASE", "BACKUP_ENCRYPTION_SECRET")
                    .map(SealKey.Passphrase::new))
        .or(() -> environment.text("BACKUP_KEY_FILE").map(file -> read(Path.of(file))))
        .orElseThrow(
            () ->
                missing(
                    "the file is encrypted, and no key or passphrase was given",
                    "Set " + PASSPHRASE + ", or give --passphrase-file or --key-file."));
  }

  /// For files of the ERP's backup service, in both directions.
  SealKey.RawKey forErp() {
    Optional<SealKey> key =
        keyFile == null
            ? environment.secret(KEY).map(SealKey::fromHex)
            : Optional.of(read(keyFile));
    if (key.isPresent() && key.get() instanceof SealKey.RawKey raw) {
      return raw;
    }
    throw missing(
        "no key was given for the format of the ERP",
        "Set " + KEY + ", or give --key-file: 64 hexadecimal digits.");
  }

  /// For files of `openssl enc`: the first line of a file, as its `-pass file:` takes it, or what a
  /// variable holds.
  public Secret forOpenSsl() {
    Path file = keyFile == null ? passphraseFile : keyFile;
    if (file != null) {
      return firstLine(file);
    }
    return environment
        .firstSecret(PASSPHRASE, "BACKUP_PASSPHRASE", "BACKUP_ENCRYPTION_SECRET", KEY)
        .orElseThrow(
            () ->
                missing(
                    "no password was given for the file",
                    "Set "
                        + PASSPHRASE
                        + ", or give --key-file or --passphrase-file: the first line is the"
                        + " password, as for 'openssl -pass file:'."));
  }

  private Optional<SealKey> given() {
    if (keyFile != null) {
      return Optional.of(read(keyFile));
    }
    if (passphraseFile != null) {
      return Optional.of(converted(KeyFiles.passphrase(passphraseFile)));
    }
    return environment.secret(PASSPHRASE).map(SealKey.Passphrase::new);
  }

  private static SealKey read(Path file) {
    return converted(KeyFiles.read(file));
  }

  private static SealKey converted(KeyMaterial material) {
    return switch (material) {
      case KeyMaterial.RawKey raw -> new SealKey.RawKey(raw.key());
      case KeyMaterial.Passphrase words -> new SealKey.Passphrase(words.text());
    };
  }

  private static Secret firstLine(Path file) {
    try {
      if (Files.size(file) > PASSWORD_FILE_BYTES_MAX) {
        throw new BackupException(
            ErrorCode.KEY_MALFORMED,
            "password file " + file + " has " + Files.size(file) + " bytes",
            "The password is its first line.");
      }
      return new Secret(Files.readString(file).lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED,
          "password file " + file + " cannot be read: " + FileReason.of(e),
          "Check the path and its permissions.",
          e);
    }
  }

  private static BackupException missing(String message, String hint) {
    return new BackupException(ErrorCode.KEY_MISSING, message, hint);
  }
}
