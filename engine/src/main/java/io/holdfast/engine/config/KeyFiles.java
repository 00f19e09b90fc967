package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.base.Secret;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.RecoveryKit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/// Keys in files: 64 hexadecimal digits and a line feed, a recovery kit typed in, or a passphrase.
public final class KeyFiles {
  private static final int BYTES_MAX = 4096;
  private static final int KEY_BYTES = 32;

  private KeyFiles() {}

  /// Makes the key file that a source names, if there is none. On disk when this returns: a
  /// repository whose key was lost in a crash could never be opened.
  ///
  /// @return where, if one was made
  public static Optional<Path> makeIfMissing(KeySource source, Entropy entropy) throws IOException {
    return switch (source) {
      case KeySource.File named -> makeIfMissing(named.path(), entropy);
      case KeySource.DefaultFile named -> makeIfMissing(named.path(), entropy);
      case KeySource.Hex _, KeySource.Passphrase _ -> Optional.empty();
    };
  }

  /// As above, for a file.
  public static Optional<Path> makeIfMissing(Path file, Entropy entropy) throws IOException {
    if (Files.exists(file)) {
      return Optional.empty();
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    byte[] key = entropy.bytes(KEY_BYTES);
    byte[] text = (HexFormat.of().formatHex(key) + "\n").getBytes(StandardCharsets.US_ASCII);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      ByteBuffer buffer = ByteBuffer.wrap(text);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    if (directory != null) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
    return Optional.of(file);
  }

  /// Reads the key that a source names.
  public static KeyMaterial read(KeySource source) {
    return switch (source) {
      case KeySource.Hex hex -> KeyMaterial.fromHex(hex.digits());
      case KeySource.Passphrase passphrase -> new KeyMaterial.Passphrase(passphrase.text());
      case KeySource.File file -> read(file.path());
      case KeySource.DefaultFile file -> {
        if (!Files.exists(file.path())) {
          throw new BackupException(
              ErrorCode.KEY_MISSING,
              "no key was given, and there is no key file " + file.path(),
              "Set BACKUP_ENCRYPTION_KEY, BACKUP_PASSPHRASE or BACKUP_KEY_FILE.");
        }
        yield read(file.path());
      }
    };
  }

  public static KeyMaterial read(Path file) {
    String text =
        text(
                file,
                "A key file holds 64 hexadecimal digits.",
                "Check the path and its permissions; 'holdfast init' makes a key file where none exists.")
            .strip();
    boolean isKit = text.lines().anyMatch(line -> line.startsWith("key-1:"));
    return isKit ? RecoveryKit.parse(new Secret(text)) : KeyMaterial.fromHex(new Secret(text));
  }

  /// The first line of a file.
  public static KeyMaterial passphrase(Path file) {
    String text =
        text(file, "A passphrase is one line of text.", "Check the path and its permissions.");
    if (text.strip().lines().count() != 1) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED,
          "passphrase file " + file + " has " + text.strip().lines().count() + " lines",
          "Put the passphrase into one line.");
    }
    return new KeyMaterial.Passphrase(new Secret(text.strip()));
  }

  private static String text(Path file, String shape, String hint) {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new BackupException(
            ErrorCode.KEY_MALFORMED,
            "key file " + file + " has " + Files.size(file) + " bytes",
            shape);
      }
      return Files.readString(file);
    } catch (MalformedInputException e) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED, "key file " + file + " is not text", shape, e);
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED,
          "key file " + file + " cannot be read: " + FileReason.of(e),
          hint,
          e);
    }
  }
}
