package io.holdfast.repository.tree;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Values that were loaded, the least recently used ones dropped first once their weight together
/// exceeds a limit. *Thread-safe:* the lock is not held while loading, so two threads may load the
/// same value at once.
final class BoundedCache<K, V> {
  /// Loads a value and says what it weighs.
  @FunctionalInterface
  interface Loader<K, V> {
    Weighed<V> load(K key) throws IOException;
  }

  /// A value with its weight in bytes.
  record Weighed<V>(V value, int bytes) {}

  private final long bytesMax;
  private final Loader<K, V> loader;
  private final LinkedHashMap<K, Weighed<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  BoundedCache(long bytesMax, Loader<K, V> loader) {
    this.bytesMax = bytesMax;
    this.loader = loader;
  }

  V get(K key) throws IOException {
    synchronized (entries) {
      Weighed<V> known = entries.get(key);
      if (known != null) {
        return known.value();
      }
    }
    Weighed<V> loaded = loader.load(key);
    synchronized (entries) {
      if (entries.putIfAbsent(key, loaded) == null) {
        bytes += loaded.bytes();
        dropOldest(key);
      }
    }
    return loaded.value();
  }

  private void dropOldest(K justLoaded) {
    Iterator<Map.Entry<K, Weighed<V>>> oldest = entries.entrySet().iterator();
    while (bytes > bytesMax && oldest.hasNext()) {
      Map.Entry<K, Weighed<V>> entry = oldest.next();
      if (!entry.getKey().equals(justLoaded)) {
        bytes -= entry.getValue().bytes();
        oldest.remove();
      }
    }
  }
}
