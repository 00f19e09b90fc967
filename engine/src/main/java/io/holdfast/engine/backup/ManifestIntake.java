package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.manifest.ManifestSummary;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.LineFile;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Takes the server's manifest as it arrives, which is after all files: stores it and compares it
/// at the same time, so that it is never held as a whole. *Confined* to the thread that reads the
/// connection; a thread of its own compares.
final class ManifestIntake implements AutoCloseable {
  private static final int PIPE_BYTES = 64 << 10;
  private static final long BYTES_MAX = 1L << 30;

  private final LineFile stored;
  private final Map<String, FileEntry> arrived = new HashMap<>();
  private final Workers worker = Workers.virtual("manifest");
  private final PipedInputStream toCompare = new PipedInputStream(PIPE_BYTES);
  private final AtomicReference<@Nullable ManifestSummary> summary = new AtomicReference<>();
  private @Nullable PipedOutputStream pipe;
  private boolean comparisonEnded;
  private long bytesSeen;

  /// @param stored where it is kept
  ManifestIntake(LineFile stored) {
    this.stored = stored;
  }

  /// Notes a file that the manifest must list. Its digest is the checksum as a manifest spells it.
  void arrived(FileEntry file) {
    if (pipe != null) {
      throw new IllegalStateException("'" + file.path() + "' came after the manifest");
    }
    arrived.put(file.path(), file);
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    bytesSeen += length;
    if (bytesSeen > BYTES_MAX) {
      throw new BackupException(
          ErrorCode.MANIFEST_MISMATCH,
          "the server's manifest has more than " + BYTES_MAX + " bytes",
          "This cluster has more files than this version of Holdfast can hold.");
    }
    stored.write(bytes, offset, length);
    PipedOutputStream open = open();
    if (!comparisonEnded) {
      try {
        open.write(bytes, offset, length);
      } catch (IOException _) {
        // The comparison has failed, and finish() says how.
        comparisonEnded = true;
      }
    }
  }

  /// The end of the manifest.
  ///
  /// @return its length in bytes
  /// @throws BackupException `MANIFEST_MISMATCH` if it is malformed or not what arrived
  long finish() throws IOException {
    open().close();
    worker.join();
    return stored.finish();
  }

  /// What the manifest says in all; after [#finish].
  ManifestSummary summary() {
    ManifestSummary known = summary.get();
    if (known == null) {
      throw new IllegalStateException("the manifest has not ended");
    }
    return known;
  }

  private PipedOutputStream open() throws IOException {
    PipedOutputStream open = pipe;
    if (open == null) {
      open = new PipedOutputStream(toCompare);
      pipe = open;
      worker.start(this::compare);
    }
    return open;
  }

  private void compare() throws IOException {
    try (toCompare) {
      summary.set(ManifestComparison.require(toCompare, arrived));
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
