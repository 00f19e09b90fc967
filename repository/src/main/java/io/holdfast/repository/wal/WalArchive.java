package io.holdfast.repository.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Deletions;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The WAL of one lineage in a repository. What a put returned is durable and is found by every
/// later read of any process; nothing is ever changed. *Thread-safe*, without state of its own.
public final class WalArchive {
  /// What one ranged read gets of an object; nearly every summary ends before.
  private static final int PREFIX_BYTES = 32 << 10;

  private final BlobStore store;
  private final WalSealer sealer;
  private final WalLineage lineage;
  private final WalNames names;
  private final WalObject codec;
  private final WalObjects stored;
  private final WalFileObjects files;
  private final WalListing listing;

  private WalArchive(BlobStore store, WalSealer sealer, WalLineage lineage) {
    this.store = store;
    this.sealer = sealer;
    this.lineage = lineage;
    this.names = new WalNames(lineage.id());
    this.codec = new WalObject(sealer, lineage.id());
    this.stored = new WalObjects(store);
    this.files = new WalFileObjects(store, sealer, lineage.id());
    this.listing = new WalListing(store, names);
  }

  /// Opens the lineage of a cluster for writing, and records it if it is new.
  ///
  /// @throws BackupException `DIFFERENT_CLUSTER` if the lineage has another segment size
  /// @throws CorruptRepositoryException if its record is damaged
  public static WalArchive open(
      BlobStore store, WalSealer sealer, String source, long systemIdentifier, int segmentBytes)
      throws IOException {
    String id =
        domainTag(sealer)
            + sealer
                .pseudonym("wal-lineage/" + Long.toUnsignedString(systemIdentifier) + "/" + source)
                .substring(0, 16);
    WalLineage lineage = new WalLineage(id, source, systemIdentifier, segmentBytes);
    WalArchive archive = new WalArchive(store, sealer, lineage);
    archive.recordLineage();
    return archive;
  }

  /// Opens a lineage that [#lineages] found.
  public static WalArchive of(BlobStore store, WalSealer sealer, WalLineage lineage) {
    return new WalArchive(store, sealer, lineage);
  }

  /// All lineages of the sealer's domain.
  ///
  /// @throws CorruptRepositoryException if the record of one of them is damaged
  public static List<WalLineage> lineages(BlobStore store, WalSealer sealer) throws IOException {
    List<WalLineage> lineages = new ArrayList<>();
    for (String id : WalListing.lineages(store, domainTag(sealer))) {
      BlobKey about = new WalNames(id).about();
      if (store.stat(about).isPresent()) {
        byte[] bytes = new WalObjects(store).read(about, WalFiles.OBJECT_BYTES_MAX);
        lineages.add(WalFiles.decodeAbout(sealer, id, bytes));
      }
    }
    return lineages;
  }

  /// The first half of a lineage's name: which domain it belongs to.
  private static String domainTag(WalSealer sealer) {
    return sealer.pseudonym("wal-domain").substring(0, 16);
  }

  private void recordLineage() throws IOException {
    byte[] about = WalFiles.encodeAbout(sealer, lineage);
    PutOutcome outcome =
        stored.put(
            names.about(),
            about,
            WalFiles.OBJECT_BYTES_MAX,
            found -> WalFiles.decodeAbout(sealer, lineage.id(), found).equals(lineage));
    switch (outcome) {
      case STORED, ALREADY_THERE -> {}
      case CONFLICT ->
          throw new BackupException(
              ErrorCode.DIFFERENT_CLUSTER,
              "the WAL of '"
                  + lineage.source()
                  + "' was stored with another segment size than "
                  + lineage.segmentBytes(),
              "Give the cluster another source name; its WAL no longer continues the old one.");
      case REPAIRED ->
          throw CorruptRepositoryException.damaged("WAL lineage " + lineage.id() + " is damaged");
    }
  }

  /// Whether the store has this lineage, under these keys.
  ///
  /// @throws CorruptRepositoryException if its record is damaged, or opens with other keys only
  public boolean isRecorded() throws IOException {
    if (store.stat(names.about()).isEmpty()) {
      return false;
    }
    byte[] about = stored.read(names.about(), WalFiles.OBJECT_BYTES_MAX);
    return WalFiles.decodeAbout(sealer, lineage.id(), about).equals(lineage);
  }

  public WalLineage lineage() {
    return lineage;
  }

  /// Stores a range with its summary. What is there already is read and compared; other bytes are
  /// kept under a variant of the name, damaged ones are replaced the same way.
  ///
  /// @param summary at most 1 MiB, may be empty
  /// @throws BackupException `WRITE_OUTCOME_UNKNOWN` if the store does not say
  public PutOutcome put(WalRange range, byte[] wal, int offset, int length, byte[] summary)
      throws IOException {
    if (length != range.length() || summary.length > WalObject.SUMMARY_BYTES_MAX) {
      throw new IllegalArgumentException(
          length + " bytes and a summary of " + summary.length + " for WAL " + range);
    }
    byte[] object = codec.encode(range, wal, offset, summary);
    return stored.putOrKeepBeside(
        suffix -> names.range(range, suffix),
        variantName(sealer, wal, offset, length),
        object,
        WalObject.OBJECT_BYTES_MAX,
        found ->
            Arrays.equals(codec.decode(range, found), 0, length, wal, offset, offset + length));
  }

  /// Stands for content in names without telling anything of it.
  static String variantName(WalSealer sealer, byte[] bytes, int offset, int length) {
    byte[] digest = WalObject.sha256(bytes, offset, length);
    return sealer.pseudonym("wal-variant/" + HexFormat.of().formatHex(digest)).substring(0, 8);
  }

  /// Stores a small file of the lineage, such as a timeline's history, under its real name.
  public PutOutcome putFile(String name, byte[] bytes) throws IOException {
    return files.put(name, bytes);
  }

  /// The ranges of a timeline, in order, without variants.
  public List<WalRange> ranges(int timeline) throws IOException {
    return listing.ranges(timeline, 0);
  }

  /// The ranges of a timeline that end after `from`, in order, without variants: for callers who
  /// need only those, or ask again and again.
  public List<WalRange> ranges(int timeline, long from) throws IOException {
    return listing.ranges(timeline, from);
  }

  /// What was kept beside other bytes of the same range.
  public List<WalVariant> conflicts(int timeline) throws IOException {
    return listing.conflicts(timeline);
  }

  /// All timelines with a range, in order.
  public List<Integer> timelines() throws IOException {
    return listing.timelines();
  }

  /// The timelines that may have a range, in order; the ranges of each tell. For callers who list
  /// those anyway.
  public List<Integer> timelineFolders() throws IOException {
    return listing.timelineFolders();
  }

  /// The objects of a timeline that hold nothing at or after `floor`, variants among them, from the
  /// lowest position up. The objects that reach farthest are left out, so that a timeline never
  /// looks as if there had been none.
  public List<StoredWal> objectsBelow(int timeline, long floor) throws IOException {
    return listing.objectsBelow(timeline, floor);
  }

  /// Deletes objects, in this order: what is left is never in front of a hole.
  public void delete(List<StoredWal> objects, Deletions deletions) throws IOException {
    for (StoredWal object : objects) {
      deletions.delete(
          names.range(object.variant().range(), object.variant().name()), object.bytes());
    }
  }

  /// All objects of a timeline, variants among them, by their positions.
  public List<StoredWal> objects(int timeline) throws IOException {
    return listing.objects(timeline);
  }

  /// The WAL of a range that [#ranges] named. If it was merged since, it comes out of the range
  /// that it is now part of.
  ///
  /// @throws CorruptRepositoryException if it is missing or damaged and nobody replaced it
  public byte[] read(WalRange range) throws IOException {
    try {
      return stored.readOrReplacement(
          suffix -> names.range(range, suffix), key -> readWhole(range, key));
    } catch (CorruptRepositoryException e) {
      Optional<WalRange> merged =
          e.code() == ErrorCode.OBJECT_MISSING ? mergedFrom(range) : Optional.empty();
      if (merged.isEmpty()) {
        throw e;
      }
      WalRange whole = merged.get();
      int from = (int) (range.start() - whole.start());
      return Arrays.copyOfRange(read(whole), from, from + range.length());
    }
  }

  /// The range that a range is part of and was perhaps merged into.
  public Optional<WalRange> mergedFrom(WalRange range) throws IOException {
    return listing.ranges(range.timeline(), range.start()).stream()
        .filter(other -> !other.equals(range) && other.holds(range))
        .findFirst();
  }

  /// The bytes of a variant that [#conflicts] named.
  public byte[] readVariant(WalVariant variant) throws IOException {
    return readWhole(variant.range(), names.range(variant.range(), variant.name()));
  }

  private byte[] readWhole(WalRange range, BlobKey key) throws IOException {
    return codec.decode(range, stored.read(key, WalObject.OBJECT_BYTES_MAX));
  }

  /// The summary of a range, by one small read as a rule.
  ///
  /// @throws CorruptRepositoryException if it is missing or damaged and nobody replaced it
  public byte[] readSummary(WalRange range) throws IOException {
    return stored.readOrReplacement(
        suffix -> names.range(range, suffix), key -> readSummary(range, key));
  }

  private byte[] readSummary(WalRange range, BlobKey key) throws IOException {
    byte[] prefix = stored.readPrefix(key, PREFIX_BYTES);
    int needed = WalObject.HEADER_BYTES + WalObject.sealedSummaryBytes(range, prefix);
    if (needed > prefix.length && prefix.length == PREFIX_BYTES) {
      prefix = stored.readPrefix(key, needed);
    }
    return codec.decodeSummary(range, prefix);
  }

  /// Hands over the bytes of a timeline from `start` to `end`, put together from ranges however
  /// they overlap. Memory does not depend on how many they are. What came before a failure is worth
  /// nothing.
  ///
  /// @param ranges what [#ranges] gave before
  /// @throws WalMissingException at the first position that no range covers; then nothing was
  ///   handed over
  /// @throws BackupException `WAL_CONFLICT` if ranges overlap with different bytes
  public void readBytes(
      int timeline, Collection<WalRange> ranges, long start, long end, WalConsumer consumer)
      throws IOException {
    new WalJoin(this::read, timeline, ranges, start, end).into(consumer);
  }

  /// As above, at once: at most as many bytes as a range may have.
  public byte[] readBytes(int timeline, Collection<WalRange> ranges, long start, long end)
      throws IOException {
    if (Long.compareUnsigned(end - start, WalRange.BYTES_MAX) > 0) {
      throw new IllegalArgumentException("cannot read " + (end - start) + " bytes of WAL at once");
    }
    ByteBuffer result = ByteBuffer.allocate((int) (end - start));
    readBytes(timeline, ranges, start, end, result::put);
    return result.array();
  }

  /// The content of a small file, by its real name.
  ///
  /// @throws CorruptRepositoryException if it is damaged and nobody replaced it
  public Optional<byte[]> file(String name) throws IOException {
    return files.read(name);
  }

  /// The real names of all small files, in order. Each is opened for that.
  public List<String> files() throws IOException {
    return files.names();
  }

  /// The real names of the small files whose name and content have exactly so many bytes together,
  /// in order. No other is opened, and damaged ones are left out: for notes of which none is
  /// needed.
  public List<String> filesOf(int bytes) throws IOException {
    return files.readableNames(size -> size == bytes);
  }

  /// The real names of all small files but those of [#filesOf], which are not opened; without
  /// damaged ones too.
  public List<String> filesBut(int bytes) throws IOException {
    return files.readableNames(size -> size != bytes);
  }
}
