package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Place;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.RepositoryOptions.Distance;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads chunks by a [ChunkIndex]. Where something is missing, the index is loaded once more,
/// because maintenance may have moved the chunk. A chunk that is stored as the difference to
/// another one takes two reads. Thread-safe.
final class IndexedReader implements ChunkReader {
  /// Where an index comes from.
  @FunctionalInterface
  interface IndexSource {
    Loaded load() throws IOException;
  }

  /// Reloads that did not help; after so many of them the index is taken as it is.
  private static final int FUTILE_MAX = 3;

  private final KeyDomains domains;
  private final IndexSource source;
  private final PackWindows prefixes;
  private final PackWindows frames;
  private volatile Loaded loaded;

  /// Written under `this`.
  private volatile int generation;

  /// Guarded by `this`.
  private int futile;

  /// Of a near store.
  IndexedReader(BlobStore store, KeyDomains domains, IndexSource source) throws IOException {
    this(store, domains, source, Distance.NEAR);
  }

  IndexedReader(BlobStore store, KeyDomains domains, IndexSource source, Distance distance)
      throws IOException {
    this.domains = domains;
    this.source = source;
    this.prefixes = PackWindows.eager(store, distance);
    this.frames = PackWindows.careful(store, distance);
    this.loaded = source.load();
  }

  @Override
  public ChunkIds ids() {
    return domains.main().ids();
  }

  @Override
  public ChunkReader in(String name) throws IOException {
    return new SeenFrom(domains.require(name));
  }

  /// The same reader with the ids of another domain.
  private final class SeenFrom implements ChunkReader {
    private final Domain domain;

    SeenFrom(Domain domain) {
      this.domain = domain;
    }

    @Override
    public ChunkIds ids() {
      return domain.ids();
    }

    @Override
    public ChunkReader in(String name) throws IOException {
      return IndexedReader.this.in(name);
    }

    @Override
    public boolean contains(ChunkType type, ChunkId id) {
      return IndexedReader.this.contains(type, id);
    }

    @Override
    public Optional<ChunkId> prefix(ChunkType type, ChunkId id) {
      return IndexedReader.this.prefix(type, id);
    }

    @Override
    public byte[] read(ChunkType type, ChunkId id, int bytesMax) throws IOException {
      return IndexedReader.this.read(type, id, bytesMax);
    }

    @Override
    public long locationHint(ChunkType type, ChunkId id) {
      return IndexedReader.this.locationHint(type, id);
    }
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

  /// As [#read], from a copy of a STREAM chunk that is stored whole, as those must be which others
  /// are the difference to.
  byte[] readWhole(ChunkId id) throws IOException {
    return read(ChunkType.STREAM, id, ChunkWriter.CHUNK_BYTES_MAX, Copies.WHOLE).plain;
  }

  /// Whether [#readWhole] has something to read.
  boolean containsWhole(ChunkId id) {
    return loaded.index().containsWhole(ChunkType.STREAM, id);
  }

  @Override
  public Optional<ChunkId> prefix(ChunkType type, ChunkId id) {
    ChunkIndex index = loaded.index();
    return index.containsWhole(type, id)
        ? Optional.empty()
        : index.places(type, id).stream().flatMap(place -> place.prefix().stream()).findFirst();
  }

  /// A frame as it is stored, and what is in it. *Owned* by whoever asked.
  static final class OpenedFrame {
    final byte[] frame;
    final DomainId domain;
    final int keyVersion;
    final byte[] plain;
    final Optional<ChunkId> prefix;

    /// @param prefix the chunk that it is the difference to; empty if it is stored whole
    OpenedFrame(byte[] frame, ChunkIndex.PackSummary pack, byte[] plain, Optional<ChunkId> prefix) {
      this.frame = frame;
      this.domain = pack.domain();
      this.keyVersion = pack.keyVersion();
      this.plain = plain;
      this.prefix = prefix;
    }
  }

  /// As [#read], with the frame.
  OpenedFrame readFrame(ChunkType type, ChunkId id, int bytesMax) throws IOException {
    return read(type, id, bytesMax, Copies.ALL);
  }

  /// Which copies of a chunk are asked for.
  private enum Copies {
    ALL,
    WHOLE
  }

  private OpenedFrame read(ChunkType type, ChunkId id, int bytesMax, Copies copies)
      throws IOException {
    int seen = generation;
    OpenedFrame opened = tryRead(loaded, type, id, bytesMax, copies);
    if (opened == null && reload(seen)) {
      opened = tryRead(loaded, type, id, bytesMax, copies);
      countFutile(opened == null);
    }
    if (opened == null) {
      throw missing(type, id, copies);
    }
    return opened;
  }

  /// Where the chunk lies now, as far as is known; the first of several places.
  Optional<Place> place(ChunkType type, ChunkId id) {
    return loaded.index().place(type, id);
  }

  private CorruptRepositoryException missing(ChunkType type, ChunkId id, Copies copies) {
    String which = "chunk " + id + " of type " + type;
    CorruptRepositoryException missing =
        CorruptRepositoryException.missing(
            copies == Copies.WHOLE
                ? which + " is not stored whole"
                : which
                    + prefix(type, id)
                        .map(prefix -> " is the difference to chunk " + prefix + ", and that")
                        .orElse("")
                    + " is missing");
    loaded.damaged().forEach(missing::addSuppressed);
    return missing;
  }

  /// Null if no copy is there; a damaged copy is an error only when no other one can be read.
  private @Nullable OpenedFrame tryRead(
      Loaded from, ChunkType type, ChunkId id, int bytesMax, Copies copies) throws IOException {
    List<Place> places = from.index().places(type, id);
    CorruptRepositoryException damage = null;
    int gone = 0;
    for (Place place : places) {
      Optional<ChunkId> prefix = place.prefix();
      if (prefix.isPresent() && copies == Copies.WHOLE) {
        continue;
      }
      try {
        if (prefix.isEmpty()) {
          return readAt(place, type, id, bytesMax, copies);
        }
        OpenedFrame difference = readDifference(from, place, id, prefix.get(), bytesMax);
        if (difference != null) {
          return difference;
        }
        gone++;
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

  private OpenedFrame readAt(Place place, ChunkType type, ChunkId id, int bytesMax, Copies copies)
      throws IOException {
    var key = ObjectNames.pack(place.pack().id());
    byte[] frame =
        switch (copies) {
          case ALL -> frames.frame(place);
          case WHOLE -> prefixes.frame(place);
        };
    String where = "chunk " + id + " in " + key;
    Domain domain = domains.require(place.pack().domain());
    byte[] plain =
        FrameOpener.open(
            domain, place.pack().keyVersion(), type, id, frame, 0, frame.length, bytesMax, where);
    if (type != ChunkType.PAGES && !domain.keyedIds().matches(type, id, plain)) {
      throw CorruptRepositoryException.damaged(where + " has other content than its id says");
    }
    return new OpenedFrame(frame, place.pack(), plain, Optional.empty());
  }

  /// Null if what the chunk is the difference to is not there.
  private @Nullable OpenedFrame readDifference(
      Loaded from, Place place, ChunkId id, ChunkId prefix, int bytesMax) throws IOException {
    var key = ObjectNames.pack(place.pack().id());
    String where = "chunk " + id + " in " + key;
    OpenedFrame whole;
    try {
      whole = tryRead(from, ChunkType.STREAM, prefix, ChunkWriter.CHUNK_BYTES_MAX, Copies.WHOLE);
    } catch (CorruptRepositoryException e) {
      throw CorruptRepositoryException.damaged(
          where + " is the difference to another chunk, and that is damaged: " + e.text(), e);
    }
    if (whole == null) {
      return null;
    }
    if (!whole.domain.equals(place.pack().domain())) {
      throw CorruptRepositoryException.damaged(
          where + " is the difference to a chunk of another domain");
    }
    Domain domain = domains.require(place.pack().domain());
    byte[] frame = frames.frame(place);
    byte[] plain =
        FrameOpener.openDifference(
            domain,
            place.pack().keyVersion(),
            id,
            frame,
            0,
            frame.length,
            bytesMax,
            prefix,
            whole.plain,
            where);
    if (!domain.keyedIds().matches(ChunkType.STREAM, id, plain)) {
      throw CorruptRepositoryException.damaged(where + " has other content than its id says");
    }
    return new OpenedFrame(frame, place.pack(), plain, Optional.of(prefix));
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
