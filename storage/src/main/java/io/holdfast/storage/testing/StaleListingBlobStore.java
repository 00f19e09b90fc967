package io.holdfast.storage.testing;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A store whose listings lag behind, as those of some gateways, caches and older object stores do;
/// reading, looking and putting tell the truth. Lists and names lag alike. It knows what went
/// through it and nothing else.
public final class StaleListingBlobStore extends ForwardingBlobStore {
  private final Lag lag;

  /// Guarded by `this`, as the other one: what was deleted, with the size that it had.
  private final TreeMap<BlobKey, Long> gone = new TreeMap<>();

  private final Set<BlobKey> unseen = new HashSet<>();
  private boolean injected;

  public StaleListingBlobStore(BlobStore inner, Lag lag) {
    super(inner);
    this.lag = lag;
  }

  /// What listings are wrong about.
  public enum Lag {
    /// They still show what was deleted.
    SHOWS_DELETED,
    /// They do not show yet what was put.
    HIDES_NEW
  }

  /// From now on listings show what is there until something changes again.
  public synchronized void catchUp() {
    gone.clear();
    unseen.clear();
  }

  /// Whether any listing was wrong so far.
  public synchronized boolean hasInjected() {
    return injected;
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    PutResult result = super.putIfAbsent(key, data);
    synchronized (this) {
      gone.remove(key);
      if (lag == Lag.HIDES_NEW && result == PutResult.STORED) {
        unseen.add(key);
      }
    }
    return result;
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    long bytes = super.stat(key).map(BlobStat::bytes).orElse(-1L);
    super.delete(key);
    synchronized (this) {
      unseen.remove(key);
      if (lag == Lag.SHOWS_DELETED && bytes >= 0) {
        gone.put(key, bytes);
      }
    }
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    TreeMap<BlobKey, Long> shown = new TreeMap<>();
    super.list(prefix, blob -> shown.put(blob.key(), blob.bytes()));
    synchronized (this) {
      for (Map.Entry<BlobKey, Long> blob : gone.entrySet()) {
        if (blob.getKey().value().startsWith(prefix)) {
          injected |= shown.putIfAbsent(blob.getKey(), blob.getValue()) == null;
        }
      }
      injected |= shown.keySet().removeAll(unseen);
    }
    shown.forEach((key, bytes) -> each.accept(new BlobStat(key, bytes)));
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    Set<String> names = new HashSet<>();
    list(prefix, blob -> names.add(blob.key().value().substring(prefix.length()).split("/")[0]));
    names.forEach(each);
  }
}
