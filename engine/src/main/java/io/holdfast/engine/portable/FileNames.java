package io.holdfast.engine.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.portable.FileKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// What a file is called after it was sealed or opened, where nobody says it.
final class FileNames {
  private static final String ENC = ".enc";
  private static final String JSON = ".json";
  private static final List<String> SEALED = List.of(ENC, ".encrypted", ".aes");

  private FileNames() {}

  static FileOutput.Definite sealed(FileInput input, FileOutput output, Encryption.Format format) {
    return switch (output) {
      case FileOutput.Definite definite -> definite;
      case FileOutput.Beside(Existing existing) -> {
        Path path = requireNamed(input);
        String name = nameOf(path);
        String stem =
            switch (format) {
              case HOLDFAST -> name;
              case ERP -> without(name, JSON);
            };
        yield new FileOutput.Named(path.resolveSibling(stem + ENC), existing);
      }
    };
  }

  static FileOutput.Definite plain(FileInput input, FileOutput output, FileKind kind) {
    return switch (output) {
      case FileOutput.Definite definite -> definite;
      case FileOutput.Beside(Existing existing) -> {
        Path path = requireNamed(input);
        String name = nameOf(path);
        String stem =
            SEALED.stream()
                .filter(ending -> name.toLowerCase(Locale.ROOT).endsWith(ending))
                .findFirst()
                .map(ending -> without(name, ending))
                .filter(rest -> !rest.isEmpty())
                .orElseThrow(() -> unsaid("the name '" + name + "' does not end with .enc"));
        yield new FileOutput.Named(
            path.resolveSibling(kind == FileKind.ERP_SEALED ? stem + JSON : stem), existing);
      }
    };
  }

  private static String without(String name, String ending) {
    boolean has = name.toLowerCase(Locale.ROOT).endsWith(ending);
    return has ? name.substring(0, name.length() - ending.length()) : name;
  }

  private static Path requireNamed(FileInput input) {
    return switch (input) {
      case FileInput.Named(Path path) -> path;
      case FileInput.Piped _ -> throw unsaid("standard input has no name");
    };
  }

  private static String nameOf(Path path) {
    return Objects.toString(path.getFileName(), "");
  }

  private static BackupException unsaid(String why) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "nothing says where the result goes: " + why,
        "Name a file with --to, or '-' for standard output.");
  }
}
