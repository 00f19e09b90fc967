package io.holdfast.engine.export;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.portable.FileKeys;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where to, and in what form.
public record ExportTarget(Path path, Place place, Sealing sealing) {
  private static final String TAR = ".tar";
  private static final String ENC = ".enc";

  /// What is made.
  public enum Place {
    /// A new file of this name.
    FILE,
    /// A new file with its proper name in this directory.
    FILE_IN,
    /// A new directory of files.
    DIRECTORY
  }

  /// Whether it is encrypted.
  public enum Sealing {
    NONE,
    SEALED
  }

  /// What people mean. A name that ends with `.enc` means an encrypted file; a key that is given
  /// and would not be used is an error.
  ///
  /// @param named as it was typed: a slash at its end means a directory
  /// @param path the same, found
  /// @throws BackupException `BAD_ARGUMENT` if it is not clear
  public static ExportTarget of(String named, Path path, ExportFormat format, FileKeys keys) {
    boolean file =
        switch (format) {
          case PORTABLE -> !named.endsWith("/") && !Files.isDirectory(path);
          case JSON, CSV, SQL -> named.endsWith(TAR) || named.endsWith(TAR + ENC);
        };
    if (file) {
      return new ExportTarget(path, Place.FILE, sealing(named, keys));
    }
    return switch (format) {
      case PORTABLE ->
          new ExportTarget(path, Place.FILE_IN, keys.areGiven() ? Sealing.SEALED : Sealing.NONE);
      case JSON, CSV, SQL -> {
        if (keys.areNamed() || named.endsWith(ENC)) {
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "a directory of files is not encrypted",
              "Name a file that ends with .tar.enc.");
        }
        yield new ExportTarget(path, Place.DIRECTORY, Sealing.NONE);
      }
    };
  }

  private static Sealing sealing(String named, FileKeys keys) {
    if (named.endsWith(ENC)) {
      return Sealing.SEALED;
    }
    if (keys.areGiven()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a key or passphrase for files is set, and " + named + " would not be encrypted",
          "Let the name end with .enc, or unset " + FileKeys.PASSPHRASE + ".");
    }
    return Sealing.NONE;
  }
}
