package io.holdfast.repository;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreRefusedException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes objects that nobody needs, and counts. What the store will not delete, for example
/// because it is locked, is left for another time. *Confined.*
public final class Deletions {
  private static final Logger LOG = LoggerFactory.getLogger(Deletions.class);

  private final BlobStore store;
  private long objects;
  private long bytes;
  private long refused;
  private String refusal = "";

  public Deletions(BlobStore store) {
    this.store = store;
  }

  /// Objects that were deleted.
  public long objects() {
    return objects;
  }

  /// Their size.
  public long bytes() {
    return bytes;
  }

  /// Objects that are still there.
  public long refused() {
    return refused;
  }

  /// The first refusal in words, with what can be done about it where that is known; empty if there
  /// was none.
  public String refusal() {
    return refusal;
  }

  /// Deletes an object. A store that does not delete and can be asked whether it is there refuses;
  /// one that cannot be asked either is away.
  ///
  /// @throws IOException if the store is away
  public void delete(BlobKey key, long objectBytes) throws IOException {
    try {
      store.delete(key);
    } catch (IOException e) {
      if (isThere(key, e)) {
        refused++;
        if (refusal.isEmpty()) {
          refusal = key + ": " + inWords(e);
        }
        LOG.debug("{} cannot be deleted yet: {}", key, e.getMessage());
        return;
      }
    }
    objects++;
    bytes += objectBytes;
  }

  private static String inWords(IOException e) {
    return e instanceof StoreRefusedException refused && !refused.advice().isEmpty()
        ? refused.getMessage() + ". " + refused.advice()
        : String.valueOf(e.getMessage());
  }

  private boolean isThere(BlobKey key, IOException refusedBy) throws IOException {
    try {
      return store.stat(key).isPresent();
    } catch (IOException e) {
      refusedBy.addSuppressed(e);
      throw refusedBy;
    }
  }
}
