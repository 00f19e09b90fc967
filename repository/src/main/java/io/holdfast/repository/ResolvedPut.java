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
import java.util.Optional;

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

  public Owner put(BlobKey key, byte[] bytes, int offset, int length) throws IOException {
    WriteOutcomeUnknownException unknown = null;
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      try {
        PutResult result = store.putIfAbsent(key, ByteBuffer.wrap(bytes, offset, length));
        return result == PutResult.STORED ? Owner.OURS : ownerOf(key, bytes, offset, length);
      } catch (WriteOutcomeUnknownException e) {
        if (unknown != null) {
          e.addSuppressed(unknown);
        }
        unknown = e;
      }
      Optional<Owner> found = look(key, bytes, offset, length, unknown);
      if (found.isPresent()) {
        return found.get();
      }
      await(attempt);
    }
    throw new WriteOutcomeUnknownException(
        "after " + TRIES_MAX + " tries nobody can say whether " + key + " was stored", unknown);
  }

  private Optional<Owner> look(
      BlobKey key, byte[] bytes, int offset, int length, WriteOutcomeUnknownException unknown)
      throws WriteOutcomeUnknownException {
    try {
      return Optional.of(ownerOf(key, bytes, offset, length));
    } catch (NoSuchBlobException e) {
      return Optional.empty();
    } catch (IOException e) {
      unknown.addSuppressed(e);
      return Optional.empty();
    }
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
