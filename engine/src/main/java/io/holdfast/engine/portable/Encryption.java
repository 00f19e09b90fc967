package io.holdfast.engine.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.portable.FileKind;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.LegacySealed;
import io.holdfast.portable.seal.SealKey;
import io.holdfast.portable.seal.SealedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

/// Seals one file.
public final class Encryption {
  private static final int BUFFER_BYTES = 1 << 16;

  /// What a file is sealed as.
  public enum Format {
    HOLDFAST,
    ERP
  }

  /// @param kind of the sealed file, in words
  /// @param target where it went
  /// @param bytes plain ones
  public record Done(String kind, String target, long bytes) {}

  private final EngineContext context;
  private final FileKeys keys;

  public Encryption(EngineContext context, FileKeys keys) {
    this.context = context;
    this.keys = keys;
  }

  /// The new file is whole and on disk when this returns, and is not there if it throws.
  public Done encrypt(FileInput input, FileOutput output, Format format) {
    try {
      return Failures.translate(
          "encrypt " + input.describe(),
          () -> {
            FileOutput.Definite target = FileNames.sealed(input, output, format);
            return switch (format) {
              case HOLDFAST -> seal(input, target);
              case ERP -> sealForErp(input, target);
            };
          });
    } catch (PortableFileException e) {
      throw e.in(input.describe());
    }
  }

  private Done seal(FileInput input, FileOutput.Definite output) throws IOException {
    SealKey key = keys.forSealing();
    try (InputStream in = open(input)) {
      return switch (output) {
        case FileOutput.Piped(OutputStream stream) ->
            new Done(FileKind.SEALED.words(), output.describe(), seal(in, stream, key));
        case FileOutput.Named named -> {
          try (NewFile file = NewFile.create(named.path(), named.existing())) {
            long bytes = seal(in, Channels.newOutputStream(file.channel()), key);
            file.publish();
            yield new Done(FileKind.SEALED.words(), output.describe(), bytes);
          }
        }
      };
    }
  }

  private long seal(InputStream in, OutputStream out, SealKey key) throws IOException {
    // Not closed: the output is its owner's.
    @SuppressWarnings("resource")
    SealedOutputStream sealed = new SealedOutputStream(out, key, context.entropy());
    long total = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      context.cancellation().throwIfRequested();
      sealed.write(buffer, 0, read);
      total += read;
      context.progress().advance(read);
    }
    sealed.finish();
    return total;
  }

  private Done sealForErp(FileInput input, FileOutput.Definite output) throws IOException {
    LegacySealed sealed = new LegacySealed(keys.forErp());
    return switch (output) {
      case FileOutput.Piped _ ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "the format of the ERP cannot be written to a pipe",
              "Its tag stands in front of what it is made of: give a file with --to.");
      case FileOutput.Named named -> {
        try (InputStream in = open(input);
            NewFile file = NewFile.create(named.path(), named.existing())) {
          long bytes = sealed.seal(in, file.channel(), context.entropy(), context.cancellation());
          file.publish();
          yield new Done(FileKind.ERP_SEALED.words(), output.describe(), bytes);
        }
      }
    };
  }

  private InputStream open(FileInput input) throws IOException {
    return switch (input) {
      case FileInput.Piped(InputStream stream) -> stream;
      case FileInput.Named(Path path) -> {
        context.progress().phase("encrypt", Files.size(path));
        yield Files.newInputStream(path);
      }
    };
  }
}
