package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Place;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads chunks by a [ChunkIndex]. Where something is missing, the index is loaded once more,
/// because maintenance may have moved the chunk. Thread-safe.
final class IndexedReader implements ChunkReader {
  /// Where an index comes from.
  @FunctionalInterface
  interface IndexSource {
    Loaded load() throws IOException;
  }

  /// Reloads that did not help; after so many of them the index is taken as it is.
  private static final int FUTILE_MAX = 3;

  private final BlobStore store;
  private final Domain domain;
  private final IndexSource source;
  private volatile Loaded loaded;

  /// Written under `this`.
  private volatile int generation;

  /// Guarded by `this`.
  private int futile;

  IndexedReader(BlobStore store, Domain domain, IndexSource source) throws IOException {
    this.store = store;
    this.domain = domain;
    this.source = source;
    this.loaded = source.load();
  }

  @Override
  public ChunkIds ids() {
    return domain.ids();
  }

  @Override
  public boolean contains(ChunkType type, ChunkId id) {
    return loaded.index().contains(type, id);
  }

  @Override
  public long locationHint(ChunkType type, ChunkId id) {
    return loaded
        .index()
        .place(type, id)
        .map(place -> (long) place.packNumber() << 32 | place.offset())
        .orElse(Long.MAX_VALUE);
  }

  @Override
  public byte[] read(ChunkType type, ChunkId id, int bytesMax) throws IOException {
    return readFrame(type, id, bytesMax).plain;
  }

  /// A frame as it is stored, and what is in it. *Owned* by whoever asked.
  static final class OpenedFrame {
    final byte[] frame;
    final int keyVersion;
    final byte[] plain;

    OpenedFrame(byte[] frame, int keyVersion, byte[] plain) {
      this.frame = frame;
      this.keyVersion = keyVersion;
      this.plain = plain;
    }
  }

  /// As [#read], with the frame.
  OpenedFrame readFrame(ChunkType type, ChunkId id, int bytesMax) throws IOException {
    int seen = generation;
    OpenedFrame opened = tryRead(loaded, type, id, bytesMax);
    if (opened == null && reload(seen)) {
      opened = tryRead(loaded, type, id, bytesMax);
      countFutile(opened == null);
    }
    if (opened == null) {
      CorruptRepositoryException missing =
          CorruptRepositoryException.missing("chunk " + id + " of type " + type + " is missing");
      loaded.damaged().forEach(missing::addSuppressed);
      throw missing;
    }
    return opened;
  }

  /// Where the chunk lies now, as far as is known; the first of several places.
  Optional<Place> place(ChunkType type, ChunkId id) {
    return loaded.index().place(type, id);
  }

  /// Null if no copy is there; a damaged copy is an error only when no other one can be read.
  private @Nullable OpenedFrame tryRead(Loaded from, ChunkType type, ChunkId id, int bytesMax)
      throws IOException {
    List<Place> places = from.index().places(type, id);
    CorruptRepositoryException damage = null;
    int gone = 0;
    for (Place place : places) {
      try {
        return readAt(place, type, id, bytesMax);
      } catch (NoSuchBlobException e) {
        // Maintenance took the pack away; another copy or a newer index has the chunk.
        gone++;
      } catch (TruncatedBlobException e) {
        damage = CorruptRepositoryException.damaged(place.pack().id() + " is too short", e);
      } catch (CorruptRepositoryException e) {
        damage = e;
      }
    }
    if (damage != null && gone == 0) {
      throw damage;
    }
    return null;
  }

  private OpenedFrame readAt(Place place, ChunkType type, ChunkId id, int bytesMax)
      throws IOException {
    var key = ObjectNames.pack(place.pack().id());
    byte[] frame = store.getRange(key, place.offset(), place.storedBytes());
    String where = "chunk " + id + " in " + key;
    byte[] plain =
        FrameOpener.open(
            domain, place.pack().keyVersion(), type, id, frame, 0, frame.length, bytesMax, where);
    if (type != ChunkType.PAGES && !domain.keyedIds().matches(type, id, plain)) {
      throw CorruptRepositoryException.damaged(where + " has other content than its id says");
    }
    return new OpenedFrame(frame, place.pack().keyVersion(), plain);
  }

  /// False if loading again was tried too often in vain.
  private synchronized boolean reload(int seen) throws IOException {
    if (generation != seen) {
      return true;
    }
    if (futile >= FUTILE_MAX) {
      return false;
    }
    loaded = source.load();
    generation = seen + 1;
    return true;
  }

  private synchronized void countFutile(boolean inVain) {
    futile = inVain ? futile + 1 : 0;
  }
}
