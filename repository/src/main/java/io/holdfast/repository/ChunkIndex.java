package io.holdfast.repository;

import io.holdfast.repository.PackFormat.Entry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where every chunk lies: one sorted block of 48-byte records outside the heap, found by a fan-out
/// of the leading bits and binary search. No object per chunk. Not changed once built; may be read
/// by several threads.
final class ChunkIndex {
  private static final int RECORD_BYTES = 48;
  private static final int PLACE_AT = 32;
  private static final int OFFSET_AT = 36;
  private static final int STORED_AT = 40;
  private static final int PREFIX_AT = 44;
  private static final int PACKS_MAX = 1 << 28;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment records;
  private final long count;
  private final List<PackSummary> packs;
  private final PrefixIds prefixes;
  private final int[] fanOut;
  private final int fanOutBits;

  private ChunkIndex(
      MemorySegment records, long count, List<PackSummary> packs, PrefixIds prefixes) {
    this.prefixes = prefixes;
    this.records = records;
    this.count = count;
    this.packs = List.copyOf(packs);
    this.fanOutBits = Math.clamp(63 - Long.numberOfLeadingZeros(Math.max(1, count)) - 3, 1, 22);
    this.fanOut = new int[(1 << fanOutBits) + 1];
  }

  /// A pack without its table.
  record PackSummary(PackId id, DomainId domain, int keyVersion, int bytes) {}

  /// Where a chunk lies.
  ///
  /// @param prefix the chunk that it is stored as the difference to; empty if it is stored whole
  record Place(
      PackSummary pack, int packNumber, int offset, int storedBytes, Optional<ChunkId> prefix) {}

  long size() {
    return count;
  }

  List<PackSummary> packs() {
    return packs;
  }

  boolean hasDomain(DomainId domain) {
    return packs.stream().anyMatch(pack -> pack.domain().equals(domain));
  }

  /// True if what is known is enough to read the chunk: a copy of it that is stored whole, or as
  /// the difference to a chunk of which such a copy is known.
  boolean contains(ChunkType type, ChunkId id) {
    Copies copies = copies(type, id);
    for (long i = copies.begin(); i < copies.end(); i++) {
      if (isReadable(i)) {
        return true;
      }
    }
    return false;
  }

  /// True if a copy of the chunk is stored whole.
  boolean containsWhole(ChunkType type, ChunkId id) {
    Copies copies = copies(type, id);
    for (long i = copies.begin(); i < copies.end(); i++) {
      if (isWhole(i)) {
        return true;
      }
    }
    return false;
  }

  /// True if this copy is stored whole, or what it is the difference to is.
  boolean isReadable(long i) {
    return isWhole(i) || containsWhole(chunkType(i), prefix(i).orElseThrow());
  }

  /// True if this copy depends on no other chunk.
  boolean isWhole(long i) {
    return records.get(INT, i * RECORD_BYTES + PREFIX_AT) == 0;
  }

  /// The chunk that this copy is stored as the difference to.
  Optional<ChunkId> prefix(long i) {
    int number = records.get(INT, i * RECORD_BYTES + PREFIX_AT);
    return number == 0 ? Optional.empty() : Optional.of(prefixes.id(number));
  }

  /// Every place of the chunk; several only where it was stored twice.
  List<Place> places(ChunkType type, ChunkId id) {
    List<Place> places = new ArrayList<>(1);
    byte[] key = id.toBytes();
    for (long i = lowerBound(key); i < count && compare(i, key) == 0; i++) {
      if (type(i) == type.code()) {
        places.add(place(i));
      }
    }
    return places;
  }

  Optional<Place> place(ChunkType type, ChunkId id) {
    long i = first(type, id);
    return i < 0 ? Optional.empty() : Optional.of(place(i));
  }

  /// The records of a chunk, as numbers below [#size]: one for each copy, next to each other.
  ///
  /// @param end the number after the last
  record Copies(long begin, long end) {
    boolean isEmpty() {
      return begin == end;
    }
  }

  /// Every copy of the chunk.
  Copies copies(ChunkType type, ChunkId id) {
    byte[] key = id.toBytes();
    long begin = lowerBound(key);
    while (begin < count && compare(begin, key) == 0 && type(begin) != type.code()) {
      begin++;
    }
    long end = begin;
    while (end < count && compare(end, key) == 0 && type(end) == type.code()) {
      end++;
    }
    return new Copies(begin, end);
  }

  /// The copies that begin with record `begin`; for walking over all records.
  Copies copiesAt(long begin) {
    long end = begin + 1;
    while (end < count && isSameChunk(begin, end)) {
      end++;
    }
    return new Copies(begin, end);
  }

  private boolean isSameChunk(long i, long j) {
    return type(i) == type(j)
        && RecordSort.compare(records, i * RECORD_BYTES, records, j * RECORD_BYTES) == 0;
  }

  /// Which chunk a record is of.
  ChunkId id(long i) {
    byte[] id = new byte[ChunkId.BYTES];
    MemorySegment.copy(records, ValueLayout.JAVA_BYTE, i * RECORD_BYTES, id, 0, ChunkId.BYTES);
    return ChunkId.wrap(id);
  }

  ChunkType chunkType(long i) {
    return ChunkType.ofCode(type(i)).orElseThrow();
  }

  int packNumber(long i) {
    return records.get(INT, i * RECORD_BYTES + PLACE_AT) & (PACKS_MAX - 1);
  }

  int storedBytes(long i) {
    return records.get(INT, i * RECORD_BYTES + STORED_AT);
  }

  int offset(long i) {
    return records.get(INT, i * RECORD_BYTES + OFFSET_AT);
  }

  private Place place(long i) {
    int number = records.get(INT, i * RECORD_BYTES + PLACE_AT) & (PACKS_MAX - 1);
    return new Place(
        packs.get(number),
        number,
        records.get(INT, i * RECORD_BYTES + OFFSET_AT),
        records.get(INT, i * RECORD_BYTES + STORED_AT),
        prefix(i));
  }

  private long first(ChunkType type, ChunkId id) {
    byte[] key = id.toBytes();
    for (long i = lowerBound(key); i < count && compare(i, key) == 0; i++) {
      if (type(i) == type.code()) {
        return i;
      }
    }
    return -1;
  }

  private int type(long i) {
    return records.get(INT, i * RECORD_BYTES + PLACE_AT) >>> 28;
  }

  /// The first record that is not below `key`.
  private long lowerBound(byte[] key) {
    int bucket = (int) (MemorySegment.ofArray(key).get(LONG, 0) >>> (64 - fanOutBits));
    long low = fanOut[bucket];
    long high = fanOut[bucket + 1];
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (compare(middle, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compare(long i, byte[] key) {
    return RecordSort.compare(records, i * RECORD_BYTES, MemorySegment.ofArray(key), 0);
  }

  private void fillFanOut() {
    int bucket = 0;
    for (long i = 0; i < count; i++) {
      int of = (int) (records.get(LONG, i * RECORD_BYTES) >>> (64 - fanOutBits));
      while (bucket <= of) {
        fanOut[bucket++] = (int) i;
      }
    }
    while (bucket < fanOut.length) {
      fanOut[bucket++] = (int) count;
    }
  }

  /// Collects records, then sorts them. *Confined* to one thread.
  static final class Builder {
    private final MemorySegment records;
    private final long countMax;
    private final List<PackSummary> packs = new ArrayList<>();
    private final PrefixIds prefixes = new PrefixIds();
    private final byte[] swap = new byte[RECORD_BYTES];
    private long count;

    /// @param countMax an upper bound, known from the sizes of the index objects
    Builder(long countMax) {
      if (countMax > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("more than 2^31 chunks in one repository");
      }
      this.countMax = countMax;
      this.records = Arena.ofAuto().allocate(Math.max(1, countMax) * RECORD_BYTES, 8);
    }

    void add(PackSection section) {
      if (packs.size() >= PACKS_MAX || count + section.count > countMax) {
        throw new IllegalStateException("the index has more entries than announced");
      }
      int number = packs.size();
      packs.add(
          new PackSummary(section.pack, section.domain, section.keyVersion, section.packBytes));
      section.forEach(entry -> append(number, entry));
    }

    private void append(int pack, Entry entry) {
      long at = count * RECORD_BYTES;
      entry.id().copyTo(swap, 0);
      MemorySegment.copy(swap, 0, records, ValueLayout.JAVA_BYTE, at, ChunkId.BYTES);
      records.set(INT, at + PLACE_AT, entry.type().code() << 28 | pack);
      records.set(INT, at + OFFSET_AT, entry.offset());
      records.set(INT, at + STORED_AT, entry.storedBytes());
      records.set(INT, at + PREFIX_AT, entry.prefix().map(prefixes::add).orElse(0));
      count++;
    }

    ChunkIndex build() {
      new RecordSort(records, RECORD_BYTES).sort(count);
      ChunkIndex index = new ChunkIndex(records, count, packs, prefixes);
      index.fillFanOut();
      return index;
    }
  }
}
