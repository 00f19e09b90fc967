package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.PageOverride;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.io.IOException;
import java.util.Arrays;

/// Puts extents together again and proves them. *Thread-safe.*
final class ExtentReader {
  /// Patch chunks that are kept.
  private static final long PATCH_CACHE_BYTES = 16L << 20;

  private final ChunkReader chunks;
  private final BoundedCache<ChunkId, byte[]> patches;

  ExtentReader(ChunkReader chunks) {
    this.chunks = chunks;
    this.patches =
        new BoundedCache<>(
            PATCH_CACHE_BYTES,
            id -> {
              byte[] bytes = chunks.read(ChunkType.PATCH, id, ExtentStore.PATCH_BYTES);
              return new BoundedCache.Weighed<>(bytes, bytes.length);
            });
  }

  /// Fills the start of `target`, which has room for the extent.
  void read(Metadata file, Extent extent, byte[] target) throws IOException {
    String path = file.entry().path();
    switch (extent) {
      case Zero zero -> Arrays.fill(target, 0, zero.length(), (byte) 0);
      case Streamed streamed -> {
        byte[] bytes = readExactly(ChunkType.STREAM, streamed.id(), streamed.length());
        if (!chunks.ids().of(ChunkType.STREAM, bytes, 0, bytes.length).equals(streamed.id())) {
          throw CorruptRepositoryException.damaged("a chunk of '" + path + "' has another content");
        }
        System.arraycopy(bytes, 0, target, 0, bytes.length);
      }
      case Whole whole -> {
        int pageBytes = pageBytes(file, whole.length(), whole.pages());
        byte[] bytes = readExactly(ChunkType.PAGES, whole.id(), whole.length());
        System.arraycopy(bytes, 0, target, 0, bytes.length);
        prove(path, target, pageBytes, whole.pages(), whole.id());
      }
      case Patched patched -> readPatched(file, patched, target);
    }
  }

  private void readPatched(Metadata file, Patched patched, byte[] target) throws IOException {
    int pageBytes = pageBytes(file, patched.length(), patched.pages());
    long baseBytes = (long) patched.basePages() * pageBytes;
    if (baseBytes > FileLayout.EXTENT_BYTES) {
      throw CorruptRepositoryException.damaged(
          "the base of an extent of '" + file.entry().path() + "' is larger than an extent");
    }
    byte[] base = readExactly(ChunkType.PAGES, patched.baseId(), (int) baseBytes);
    System.arraycopy(base, 0, target, 0, Math.min(base.length, patched.length()));
    for (PageOverride override : patched.overrides()) {
      int at = override.page() * pageBytes;
      if (override.patch().equals(ChunkRef.ZERO_PAGE)) {
        Arrays.fill(target, at, at + pageBytes, (byte) 0);
      } else {
        byte[] patch = patches.get(override.patch().id());
        if (patch.length != (long) override.patch().slots() * pageBytes) {
          throw CorruptRepositoryException.damaged(
              "patch chunk " + override.patch() + " has " + patch.length + " bytes");
        }
        System.arraycopy(patch, override.slot() * pageBytes, target, at, pageBytes);
      }
    }
    prove(file.entry().path(), target, pageBytes, patched.pages(), patched.contentId());
  }

  private static int pageBytes(Metadata file, int length, int pages) {
    if (file.layout() instanceof FileLayout.Paged paged
        && (long) pages * paged.pageBytes() == length) {
      return paged.pageBytes();
    }
    throw CorruptRepositoryException.damaged(
        "an extent of '" + file.entry().path() + "' does not fit the layout of its file");
  }

  private void prove(String path, byte[] bytes, int pageBytes, int pages, ChunkId expected) {
    ChunkIds ids = chunks.ids();
    byte[] hashes = PageHashes.of(ids, bytes, pageBytes, pages);
    if (!ids.ofPages(pages, hashes, 0).equals(expected)) {
      throw CorruptRepositoryException.damaged(
          "the pages of an extent of '" + path + "' are not those that were stored");
    }
  }

  private byte[] readExactly(ChunkType type, ChunkId id, int length) throws IOException {
    byte[] bytes = chunks.read(type, id, length);
    if (bytes.length != length) {
      throw CorruptRepositoryException.damaged(
          "chunk " + id + " has " + bytes.length + " bytes instead of " + length);
    }
    return bytes;
  }
}
