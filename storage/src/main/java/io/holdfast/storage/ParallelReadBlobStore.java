package io.holdfast.storage;

import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Reads large blobs in several ranges at once: one connection to a distant store rarely fills the
/// line. Smaller ones go through as they are. It goes above [RetryingBlobStore], so that each range
/// is tried again by itself.
public final class ParallelReadBlobStore extends ForwardingBlobStore {
  /// What one request asks for.
  static final int PART_BYTES = 8 << 20;

  /// The size of a blob is asked for only where more than this may come: others are as good as
  /// never large enough, and it costs a request.
  static final int ASKED_ABOVE_BYTES = 32 << 20;

  /// Ranges of one blob that are read at once.
  static final int PARTS_AT_ONCE = 4;

  public ParallelReadBlobStore(BlobStore inner) {
    super(inner);
  }

  /// What is missing, small or too large, the store itself has the right answer to.
  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    if (bytesMax <= ASKED_ABOVE_BYTES) {
      return inner().get(key, bytesMax);
    }
    long bytes = bytesOf(key);
    return bytes < 2 * PART_BYTES || bytes > bytesMax
        ? inner().get(key, bytesMax)
        : inParts(key, 0, (int) bytes);
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    return length < 2 * PART_BYTES || offset < 0 || bytesOf(key) - offset < length
        ? inner().getRange(key, offset, length)
        : inParts(key, offset, length);
  }

  private long bytesOf(BlobKey key) throws IOException {
    Optional<BlobStat> stat = inner().stat(key);
    return stat.map(BlobStat::bytes).orElse(0L);
  }

  private byte[] inParts(BlobKey key, long offset, int length) throws IOException {
    byte[] whole = new byte[length];
    AtomicInteger next = new AtomicInteger();
    int parts = Math.ceilDiv(length, PART_BYTES);
    try (Workers workers = Workers.virtual("read")) {
      for (int i = 0; i < Math.min(PARTS_AT_ONCE, parts); i++) {
        workers.start(
            () -> {
              for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                int from = part * PART_BYTES;
                int count = Math.min(PART_BYTES, length - from);
                byte[] bytes = inner().getRange(key, offset + from, count);
                System.arraycopy(bytes, 0, whole, from, count);
                inner().giveBack(bytes);
              }
            });
      }
      workers.join();
    }
    return whole;
  }
}
