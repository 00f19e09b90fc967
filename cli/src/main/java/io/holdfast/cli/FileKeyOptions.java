package io.holdfast.cli;

import io.holdfast.engine.portable.FileKeys;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The key or passphrase of a file: never among the arguments, where others can see it.
final class FileKeyOptions {
  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "Key file: 64 hexadecimal digits; of 'openssl enc' the password.")
  @Nullable String keyFile;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "File with a passphrase in its only line. Default: $HOLDFAST_FILE_PASSPHRASE.")
  @Nullable String passphraseFile;

  FileKeys keys(CommandContext context) {
    return new FileKeys(
        path(context, keyFile), path(context, passphraseFile), context.environment());
  }

  private static @Nullable Path path(CommandContext context, @Nullable String named) {
    return named == null ? null : context.workingDirectory().resolve(named);
  }
}
