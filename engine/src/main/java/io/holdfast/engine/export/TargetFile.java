package io.holdfast.engine.export;

import io.holdfast.base.Invariant;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.portable.Existing;
import io.holdfast.engine.portable.FileKeys;
import io.holdfast.engine.portable.NewFile;
import io.holdfast.portable.Spool;
import io.holdfast.portable.seal.SealedOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One new file, sealed or not. *Confined.*
final class TargetFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 17;

  private final ExportTarget target;
  private final NewFile file;
  private final OutputStream plain;
  private final @Nullable SealedOutputStream sealed;

  private TargetFile(
      ExportTarget target, NewFile file, OutputStream plain, @Nullable SealedOutputStream sealed) {
    this.target = target;
    this.file = file;
    this.plain = plain;
    this.sealed = sealed;
  }

  /// @param keys asked only if it is to be sealed
  /// @throws io.holdfast.base.BackupException `FILE_EXISTS`, before any work is done
  static TargetFile create(ExportTarget target, FileKeys keys, EngineContext context)
      throws IOException {
    NewFile file =
        switch (target.place()) {
          case FILE -> NewFile.create(target.path(), Existing.REFUSE);
          case FILE_IN, DIRECTORY -> NewFile.unnamed(target.path());
        };
    try {
      OutputStream plain =
          new BufferedOutputStream(Channels.newOutputStream(file.channel()), BUFFER_BYTES);
      return switch (target.sealing()) {
        case NONE -> new TargetFile(target, file, plain, null);
        case SEALED ->
            new TargetFile(
                target,
                file,
                plain,
                new SealedOutputStream(plain, keys.forSealing(), context.entropy()));
      };
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Where content goes; it stays open.
  OutputStream out() {
    return sealed == null ? plain : sealed;
  }

  /// Where content waits whose length is not known: beside the result, and sealed.
  Spool spool(EngineContext context) {
    Path directory =
        switch (target.place()) {
          case FILE ->
              Objects.requireNonNull(target.path().toAbsolutePath().getParent(), "a directory");
          case FILE_IN, DIRECTORY -> target.path();
        };
    return new Spool(directory, context.entropy());
  }

  /// What was published.
  record Published(Path path, long bytes) {}

  /// Ends it and gives it its name.
  ///
  /// @param properName of the plain file, where the target names a directory
  Published publish(String properName) throws IOException {
    if (sealed != null) {
      sealed.finish();
    }
    plain.flush();
    long bytes = file.channel().size();
    Path path =
        switch (target.place()) {
          case FILE -> target.path();
          case FILE_IN -> target.path().resolve(properName + (sealed == null ? "" : ".enc"));
          case DIRECTORY -> {
            Invariant.check(false, "a directory is no file");
            yield target.path();
          }
        };
    file.publish(path);
    return new Published(path, bytes);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
