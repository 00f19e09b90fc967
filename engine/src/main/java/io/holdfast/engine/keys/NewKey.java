package io.holdfast.engine.keys;

import java.nio.file.Path;

/// A key that shall open the repository from now on.
public sealed interface NewKey {
  Path path();

  /// A file with 64 hexadecimal digits, which is made if it does not exist, or a typed-in kit.
  record KeyFile(Path path) implements NewKey {}

  /// A file with a passphrase in its only line.
  record PassphraseFile(Path path) implements NewKey {}
}
