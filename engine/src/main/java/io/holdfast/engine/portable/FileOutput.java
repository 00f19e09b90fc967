package io.holdfast.engine.portable;

import java.io.OutputStream;
import java.nio.file.Path;

/// Where bytes go.
public sealed interface FileOutput {
  /// Somewhere that is known.
  sealed interface Definite extends FileOutput {
    /// In messages.
    default String describe() {
      return switch (this) {
        case Named named -> named.path().toString();
        case Piped _ -> "standard output";
      };
    }
  }

  record Named(Path path, Existing existing) implements Definite {}

  /// A pipe: what was written cannot be taken back.
  record Piped(OutputStream stream) implements Definite {}

  /// Beside the input, under a name made from its name.
  record Beside(Existing existing) implements FileOutput {}
}
