package io.holdfast.repository;

import io.holdfast.repository.RepositoryOptions.Distance;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands a session the stored chunks that new ones are like. Reading them costs requests and bytes,
/// so there is a limit that grows with what they have saved; and none is worth a failed backup, so
/// trouble in reading ends in storing chunks whole. Keeps at most 8 MiB, of a distant store 24.
/// *Thread-safe.*
final class PrefixSource {
  private static final Logger LOG = LoggerFactory.getLogger(PrefixSource.class);

  /// What may be read before anything is saved.
  private static final long BYTES_FREE = 64 << 20;

  /// What may be read for each byte that was saved.
  private static final long BYTES_FOR_ONE_SAVED = 4;

  private static final long KEPT_BYTES_MAX = 8 << 20;
  private static final int FAILURES_MAX = 3;

  /// What a dictionary of zstd begins with that is more than bytes.
  private static final byte[] DICTIONARY_MAGIC = {0x37, (byte) 0xa4, 0x30, (byte) 0xec};

  private final ChunkIndex known;
  private final Domain domain;
  private final Distance distance;
  private final PackWindows windows;
  private final Map<ChunkId, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBytes;
  private long savedBytes;
  private int failures;

  /// @param known what the session may refer to
  PrefixSource(ChunkIndex known, Domain domain, BlobStore store, Distance distance) {
    this.known = known;
    this.domain = domain;
    this.distance = distance;
    this.windows = PackWindows.eager(store, distance);
  }

  /// A chunk that is stored whole, with its bytes.
  static final class Prefix {
    /// How long a difference may be, in hundredths of the chunk by itself.
    private static final int WORTH_PERCENT = 70;

    /// The same where the chunk that was asked for is a difference itself. What has drifted away
    /// from its prefix by so much is stored whole, so that the next versions have a nearer one.
    private static final int WORTH_PERCENT_DRIFTED = 25;

    private final ChunkId id;
    private final byte[] bytes;
    private final boolean drifted;

    Prefix(ChunkId id, byte[] bytes, boolean drifted) {
      this.id = id;
      this.bytes = bytes;
      this.drifted = drifted;
    }

    ChunkId id() {
      return id;
    }

    byte[] bytes() {
      return bytes;
    }

    /// Whether a difference of so many bytes is to be stored in place of the whole chunk.
    boolean isWorth(int differenceBytes, int wholeBytes) {
      long percent = drifted ? WORTH_PERCENT_DRIFTED : WORTH_PERCENT;
      return (differenceBytes + (long) ChunkId.BYTES) * 100 < wholeBytes * percent;
    }
  }

  /// The chunk, or the one that it is stored as the difference to; empty if neither may be referred
  /// to, or reading it is not worth it.
  Optional<Prefix> find(ChunkId similar) {
    if (known.containsWhole(ChunkType.STREAM, similar)) {
      return read(similar).map(bytes -> new Prefix(similar, bytes, false));
    }
    for (ChunkIndex.Place place : known.places(ChunkType.STREAM, similar)) {
      ChunkId base = place.prefix().orElseThrow();
      if (known.containsWhole(ChunkType.STREAM, base)) {
        return read(base).map(bytes -> new Prefix(base, bytes, true));
      }
    }
    return Optional.empty();
  }

  /// Counts what a prefix was good for.
  synchronized void saved(long bytes) {
    savedBytes += bytes;
  }

  private Optional<byte[]> read(ChunkId id) {
    byte[] there = kept(id);
    if (there != null) {
      return Optional.of(there);
    }
    if (!isAffordable()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = readWhole(id);
      if (beginsAsDictionary(bytes)) {
        return Optional.empty();
      }
      keep(id, bytes);
      return Optional.of(bytes);
    } catch (IOException | CorruptRepositoryException e) {
      countFailure(id, e);
      return Optional.empty();
    }
  }

  private byte[] readWhole(ChunkId id) throws IOException {
    for (ChunkIndex.Place place : known.places(ChunkType.STREAM, id)) {
      if (place.prefix().isPresent()) {
        continue;
      }
      byte[] frame = windows.frame(place);
      String where = "chunk " + id + " in " + place.pack().id();
      byte[] plain =
          FrameOpener.open(
              domain,
              place.pack().keyVersion(),
              ChunkType.STREAM,
              id,
              frame,
              0,
              frame.length,
              ChunkWriter.CHUNK_BYTES_MAX,
              where);
      if (!domain.keyedIds().matches(ChunkType.STREAM, id, plain)) {
        throw CorruptRepositoryException.damaged(where + " has other content than its id says");
      }
      return plain;
    }
    throw CorruptRepositoryException.missing("chunk " + id + " is not stored whole");
  }

  /// Decoders that guess what a dictionary is would not take it for plain bytes.
  private static boolean beginsAsDictionary(byte[] bytes) {
    return bytes.length >= DICTIONARY_MAGIC.length
        && java.util.Arrays.equals(bytes, 0, 4, DICTIONARY_MAGIC, 0, 4);
  }

  private synchronized boolean isAffordable() {
    return failures < FAILURES_MAX
        && windows.readBytes() <= BYTES_FREE + savedBytes * BYTES_FOR_ONE_SAVED
        && windows.requests() <= requestsAllowed();
  }

  /// Some before anything is saved, and one for so many bytes that were.
  private long requestsAllowed() {
    return switch (distance) {
      case NEAR -> 8192 + savedBytes / (2 << 10);
      case DISTANT -> 512 + savedBytes / (32 << 10);
    };
  }

  private synchronized byte @Nullable [] kept(ChunkId id) {
    return kept.get(id);
  }

  private synchronized void keep(ChunkId id, byte[] bytes) {
    if (kept.putIfAbsent(id, bytes) == null) {
      keptBytes += bytes.length;
    }
    var oldest = kept.values().iterator();
    while (keptBytes > KEPT_BYTES_MAX && kept.size() > 1) {
      keptBytes -= oldest.next().length;
      oldest.remove();
    }
  }

  private synchronized void countFailure(ChunkId id, Exception e) {
    failures++;
    LOG.warn("chunk {} cannot be read, so what is like it is stored whole: {}", id, e.getMessage());
  }
}
