package io.holdfast.repository;

import io.holdfast.base.concurrent.Pause;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Puts an object and finds out what became of it, also when the store's answer was lost: the
/// object is read back, and put again, byte for byte, while it is not there.
public final class ResolvedPut {
  private static final int TRIES_MAX = 5;

  private final BlobStore store;
  private final Pause pause;

  public ResolvedPut(BlobStore store, Pause pause) {
    this.store = store;
    this.pause = pause;
  }

  /// Whose bytes lie under the name now.
  public enum Owner {
    OURS,
    SOMEBODY_ELSE
  }

  /// @throws WriteOutcomeUnknownException if the store would not even let us look
  /// @throws IOException if nothing was stored
  public Owner put(BlobKey key, byte[] bytes) throws IOException {
    return put(key, bytes, 0, bytes.length);
  }

  /// As above, for a range.
  public Owner put(BlobKey key, byte[] bytes, int offset, int length) throws IOException {
    WriteOutcomeUnknownException unknown = null;
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      try {
        if (store.putIfAbsent(key, ByteBuffer.wrap(bytes, offset, length)) == PutResult.STORED) {
          return Owner.OURS;
        }
      } catch (WriteOutcomeUnknownException e) {
        unknown = chain(unknown, e, key);
      } catch (IOException e) {
        if (unknown == null) {
          throw e;
        }
        // This try did nothing, but an earlier one may still take effect.
        unknown = chain(unknown, e, key);
      }
      try {
        return ownerOf(key, bytes, offset, length);
      } catch (IOException e) {
        unknown = chain(unknown, e, key);
      }
      await(attempt);
    }
    throw unknown == null
        ? new WriteOutcomeUnknownException("nobody can say whether " + key + " was stored")
        : unknown;
  }

  private static WriteOutcomeUnknownException chain(
      @Nullable WriteOutcomeUnknownException first, IOException next, BlobKey key) {
    if (first == null) {
      return new WriteOutcomeUnknownException(
          "nobody can say whether " + key + " was stored: " + next.getMessage(), next);
    }
    first.addSuppressed(next);
    return first;
  }

  private Owner ownerOf(BlobKey key, byte[] bytes, int offset, int length) throws IOException {
    BlobStat stat = store.stat(key).orElseThrow(() -> new NoSuchBlobException("no blob " + key));
    if (stat.bytes() != length) {
      return Owner.SOMEBODY_ELSE;
    }
    byte[] stored = store.get(key, length);
    return Arrays.equals(stored, 0, stored.length, bytes, offset, offset + length)
        ? Owner.OURS
        : Owner.SOMEBODY_ELSE;
  }

  private void await(int attempt) throws InterruptedIOException {
    try {
      pause.await(Duration.ofMillis(100L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a write's outcome was unknown");
    }
  }
}
