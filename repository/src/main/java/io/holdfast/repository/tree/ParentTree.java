package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.PageOverride;
import io.holdfast.repository.tree.TreeRecord.Patched;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What a writer asks of the tree before it. *Thread-safe.*
final class ParentTree {
  /// Page-hash chunks that are kept.
  private static final long HASH_CACHE_BYTES = 8L << 20;

  /// Whether pages of a patch chunk may go on being used.
  private enum Patch {
    USABLE,
    /// Gone, or hardly any of its pages is used: write them again.
    ABANDONED
  }

  private final TreeReader tree;
  private final ChunkWriter chunks;
  private final Map<ChunkId, Integer> pagesAlive = new HashMap<>();
  private final ConcurrentHashMap<ChunkId, Patch> patches = new ConcurrentHashMap<>();
  private final BoundedCache<ChunkId, byte[]> hashes;

  ParentTree(TreeReader tree, ChunkWriter chunks) throws IOException {
    this.tree = tree;
    this.chunks = chunks;
    this.hashes =
        new BoundedCache<>(
            HASH_CACHE_BYTES,
            id -> {
              byte[] bytes =
                  tree.chunks().read(ChunkType.PAGE_HASHES, id, ExtentStore.HASHES_BYTES);
              return new BoundedCache.Weighed<>(bytes, bytes.length);
            });
    if (tree.totals().pagesOverridden() > 0) {
      countPagesAlive();
    }
  }

  private void countPagesAlive() throws IOException {
    for (MergedCursor cursor = tree.cursor(); cursor.hasRecord(); cursor.advance()) {
      if (cursor.record() instanceof Patched patched) {
        for (PageOverride override : patched.overrides()) {
          if (!override.patch().equals(ChunkRef.ZERO_PAGE)) {
            pagesAlive.merge(override.patch().id(), 1, Integer::sum);
          }
        }
      }
    }
  }

  TreeReader tree() {
    return tree;
  }

  /// The record of an extent of a file of this layout; null if there is none.
  @Nullable Extent extent(String path, FileLayout layout, long index) throws IOException {
    Metadata file = tree.metadata(path);
    return file != null && file.layout().equals(layout) && index < file.extents()
        ? tree.extent(file, index)
        : null;
  }

  /// True if the pages that lie in this chunk can stay there: it may be referred to, and at least a
  /// quarter of it is in use.
  boolean isUsable(ChunkRef patch) {
    if (patch.equals(ChunkRef.ZERO_PAGE)) {
      return true;
    }
    return patches.computeIfAbsent(
            patch.id(),
            id ->
                4L * pagesAlive.getOrDefault(id, 0) >= patch.slots()
                        && chunks.contains(ChunkType.PATCH, id)
                    ? Patch.USABLE
                    : Patch.ABANDONED)
        == Patch.USABLE;
  }

  /// The hashes of the pages of a base chunk; empty if they cannot be had or do not prove it. The
  /// caller stores such an extent whole, which heals it.
  Optional<byte[]> baseHashes(ChunkIds ids, ChunkId baseId, int pages, ChunkRef chunk, int at)
      throws IOException {
    byte[] all;
    try {
      all = hashes.get(chunk.id());
    } catch (CorruptRepositoryException _) {
      return Optional.empty();
    }
    int from = at * PageHashes.BYTES;
    int length = pages * PageHashes.BYTES;
    if (from > all.length - length || !ids.ofPages(pages, all, from).equals(baseId)) {
      return Optional.empty();
    }
    byte[] own = new byte[length];
    System.arraycopy(all, from, own, 0, length);
    return Optional.of(own);
  }
}
