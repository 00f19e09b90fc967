package io.holdfast.engine.portable;

import java.io.InputStream;
import java.nio.file.Path;

/// Where bytes come from.
public sealed interface FileInput {
  record Named(Path path) implements FileInput {}

  /// A pipe: it can be read once, and its length is not known.
  record Piped(InputStream stream) implements FileInput {}

  /// In messages.
  default String describe() {
    return switch (this) {
      case Named(Path path) -> path.toString();
      case Piped _ -> "standard input";
    };
  }
}
