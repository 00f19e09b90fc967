package io.holdfast.engine.config;

import io.holdfast.base.Secret;
import java.nio.file.Path;

/// Where the key of a repository comes from.
public sealed interface KeySource {
  /// 64 hexadecimal digits, as given.
  record Hex(Secret digits) implements KeySource {}

  record Passphrase(Secret text) implements KeySource {}

  /// A file with 64 hexadecimal digits.
  record File(Path path) implements KeySource {}

  /// Nothing was named: the file at the default place is used, and made by `init`.
  record DefaultFile(Path path) implements KeySource {}

  /// In words, without the secret.
  default String describe() {
    return switch (this) {
      case Hex _ -> "BACKUP_ENCRYPTION_KEY";
      case Passphrase _ -> "passphrase";
      case File file -> "key file " + file.path();
      case DefaultFile file -> "key file " + file.path();
    };
  }
}
