package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.PageOverride;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Decides how an extent is stored and stores it. *Thread-safe.*
final class ExtentStore {
  /// Plain bytes of a full patch chunk.
  static final int PATCH_BYTES = 1 << 20;

  /// Plain bytes of a full page-hash chunk.
  static final int HASHES_BYTES = 64 << 10;

  private static final byte[] ZEROS = new byte[FileLayout.EXTENT_BYTES];

  /// An extent's pages as they were stored before: which base, with which overrides.
  private record Before(
      ChunkId contentId,
      int pages,
      ChunkId baseId,
      int basePages,
      ChunkRef hashes,
      int hashAt,
      List<PageOverride> overrides) {}

  private final ChunkWriter chunks;
  private final @Nullable ParentTree parent;
  private final Tally tally;
  private final Collector hashes;
  private final ConcurrentHashMap<Integer, Collector> patches = new ConcurrentHashMap<>();

  ExtentStore(ChunkWriter chunks, @Nullable ParentTree parent, Tally tally) {
    this.chunks = chunks;
    this.parent = parent;
    this.tally = tally;
    this.hashes =
        new Collector(chunks, ChunkType.PAGE_HASHES, PageHashes.BYTES, HASHES_BYTES, tally);
  }

  /// Stores the first `length` bytes; `old` is the parent's record of the same extent of a file of
  /// the same layout, if there is one. Returns nothing where `old` holds.
  @Nullable Extent store(FileLayout layout, byte[] bytes, int length, @Nullable Extent old)
      throws IOException {
    if (Arrays.equals(bytes, 0, length, ZEROS, 0, length)) {
      tally.extentsZero.increment();
      return newOrNull(new Zero(length), old);
    }
    return switch (layout) {
      case FileLayout.Paged paged when length % paged.pageBytes() == 0 ->
          storePages(paged.pageBytes(), bytes, length, old);
      case FileLayout.Paged _, FileLayout.Stream _, FileLayout.Lines _, FileLayout.Cut _ ->
          storeStream(bytes, 0, length, old);
    };
  }

  /// Stores bytes under their own id.
  @Nullable Extent storeStream(byte[] bytes, int offset, int length, @Nullable Extent old)
      throws IOException {
    ChunkId id = chunks.ids().of(ChunkType.STREAM, bytes, offset, length);
    put(ChunkType.STREAM, id, bytes, offset, length);
    return newOrNull(new Streamed(length, id), old);
  }

  /// True if all that a record of the parent refers to may still be referred to.
  boolean isUsable(Extent old) {
    if (old instanceof Streamed streamed) {
      return chunks.contains(ChunkType.STREAM, streamed.id());
    }
    Before before = before(old);
    return before == null
        || (parent != null
            && chunks.contains(ChunkType.PAGES, before.baseId())
            && chunks.contains(ChunkType.PAGE_HASHES, before.hashes().id())
            && patchesUsable(parent, before));
  }

  /// Stores the last, unfilled chunks. Nobody stores extents any more.
  void finish() throws IOException {
    hashes.finish();
    for (Collector patch : patches.values()) {
      patch.finish();
    }
  }

  private @Nullable Extent storePages(int pageBytes, byte[] bytes, int length, @Nullable Extent old)
      throws IOException {
    int pages = length / pageBytes;
    byte[] pageHashes = PageHashes.of(chunks.ids(), bytes, pageBytes, pages);
    ChunkId contentId = chunks.ids().ofPages(pages, pageHashes, 0);
    Before before = before(old);
    if (before == null || parent == null) {
      return storeWhole(contentId, bytes, length, pages, pageHashes);
    }
    boolean unchanged = before.contentId().equals(contentId);
    if (unchanged) {
      tally.extentsUnchanged.increment();
    }
    boolean baseThere =
        chunks.contains(ChunkType.PAGES, before.baseId())
            && chunks.contains(ChunkType.PAGE_HASHES, before.hashes().id());
    if (unchanged && baseThere && patchesUsable(parent, before)) {
      return null;
    }
    if (!baseThere
        || chunks.contains(ChunkType.PAGES, contentId)
        || 4 * pages < before.basePages()) {
      return storeWhole(contentId, bytes, length, pages, pageHashes);
    }
    Optional<byte[]> baseHashes =
        parent.baseHashes(
            chunks.ids(), before.baseId(), before.basePages(), before.hashes(), before.hashAt());
    if (baseHashes.isEmpty()) {
      tally.parentExtentsUnreadable.increment();
      return storeWhole(contentId, bytes, length, pages, pageHashes);
    }
    boolean[] differs = differing(pageHashes, pages, baseHashes.get());
    if (2 * count(differs) > pages) {
      return storeWhole(contentId, bytes, length, pages, pageHashes);
    }
    List<PageOverride> overrides = override(parent, before, differs, bytes, pageBytes, pageHashes);
    return new Patched(
        length,
        contentId,
        pages,
        before.baseId(),
        before.basePages(),
        before.hashes(),
        before.hashAt(),
        overrides);
  }

  private static @Nullable Before before(@Nullable Extent old) {
    return switch (old) {
      case Whole whole ->
          new Before(
              whole.id(),
              whole.pages(),
              whole.id(),
              whole.pages(),
              whole.hashes(),
              whole.hashAt(),
              List.of());
      case Patched patched ->
          new Before(
              patched.contentId(),
              patched.pages(),
              patched.baseId(),
              patched.basePages(),
              patched.hashes(),
              patched.hashAt(),
              patched.overrides());
      case Zero _, Streamed _ -> null;
      case null -> null;
    };
  }

  private static boolean patchesUsable(ParentTree parent, Before before) {
    for (PageOverride override : before.overrides()) {
      if (!parent.isUsable(override.patch())) {
        return false;
      }
    }
    return true;
  }

  /// The pages that the base chunk does not have.
  private static boolean[] differing(byte[] hashes, int pages, byte[] baseHashes) {
    boolean[] differs = new boolean[pages];
    int basePages = baseHashes.length / PageHashes.BYTES;
    for (int page = 0; page < pages; page++) {
      int at = page * PageHashes.BYTES;
      differs[page] =
          page >= basePages
              || !Arrays.equals(
                  hashes, at, at + PageHashes.BYTES, baseHashes, at, at + PageHashes.BYTES);
    }
    return differs;
  }

  private static int count(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) {
      count += flag ? 1 : 0;
    }
    return count;
  }

  /// Keeps the overrides that still hold, and writes the other pages that differ to a patch chunk.
  private List<PageOverride> override(
      ParentTree parent,
      Before before,
      boolean[] differs,
      byte[] bytes,
      int pageBytes,
      byte[] pageHashes)
      throws IOException {
    PageOverride[] known = new PageOverride[Math.max(differs.length, before.pages())];
    for (PageOverride override : before.overrides()) {
      known[override.page()] = override;
    }
    List<PageOverride> overrides = new ArrayList<>();
    for (int page = 0; page < differs.length; page++) {
      if (!differs[page]) {
        continue;
      }
      long high = PageHashes.high(pageHashes, page);
      long low = PageHashes.low(pageHashes, page);
      PageOverride old = known[page];
      if (old != null
          && old.hashHigh() == high
          && old.hashLow() == low
          && parent.isUsable(old.patch())) {
        overrides.add(old);
      } else {
        overrides.add(patch(page, bytes, pageBytes, high, low));
      }
    }
    return List.copyOf(overrides);
  }

  private PageOverride patch(int page, byte[] bytes, int pageBytes, long high, long low)
      throws IOException {
    int from = page * pageBytes;
    if (Arrays.equals(bytes, from, from + pageBytes, ZEROS, 0, pageBytes)) {
      return new PageOverride(page, ChunkRef.ZERO_PAGE, 0, high, low);
    }
    Collector collector =
        patches.computeIfAbsent(
            pageBytes, size -> new Collector(chunks, ChunkType.PATCH, size, PATCH_BYTES, tally));
    Collector.Place place = collector.add(bytes, from, 1);
    tally.pagesPatched.increment();
    return new PageOverride(page, place.chunk(), place.slot(), high, low);
  }

  private Whole storeWhole(ChunkId id, byte[] bytes, int length, int pages, byte[] pageHashes)
      throws IOException {
    tally.extentsWhole.increment();
    put(ChunkType.PAGES, id, bytes, 0, length);
    Collector.Place place = hashes.add(pageHashes, 0, pages);
    return new Whole(length, id, pages, place.chunk(), place.slot());
  }

  private void put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length)
      throws IOException {
    tally.put(type, chunks.put(type, id, bytes, offset, length), length);
  }

  private @Nullable Extent newOrNull(Extent record, @Nullable Extent old) {
    if (record.equals(old)) {
      tally.extentsUnchanged.increment();
      return null;
    }
    return record;
  }
}
