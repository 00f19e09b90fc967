package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.tree.TreeRecord.Extent;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Writes one tree, storing only what its parent and the repository do not have. Extents and files
/// come from many threads and in any order; [#finish] writes the lists.
///
/// Pages that changed since the parent are collected in patch chunks in the order in which extents
/// come; so what is written depends on that order, and on nothing else: the same calls in the same
/// order give the same chunks.
///
/// Memory, with references of 4 bytes: for each file about 260 bytes and its path once, shared with
/// the caller's entry; for each extent that changed or has no parent about 45 in a large file and
/// 110 in one of a single extent, and 20 more for each page that lies beside its base chunk; for
/// each unchanged extent 4; for each patch or page-hash chunk referred to about 150; for each patch
/// chunk of the parent about 100; beside that fixed buffers. Lists are streamed.
///
/// *Thread-safe*, but for [#finish], which comes last and once.
public final class TreeWriter {
  private final Tally tally = new Tally();
  private final ConcurrentHashMap<String, FileState> files = new ConcurrentHashMap<>();
  private final ChunkWriter chunks;
  private final RefTable refs = new RefTable();
  private final @Nullable ParentTree parent;
  private final ExtentStore extents;

  /// @param parent the tree to compare with, of the same domain as `chunks`
  /// @throws io.holdfast.repository.CorruptRepositoryException if the parent's lists are damaged
  public TreeWriter(ChunkWriter chunks, Optional<TreeReader> parent) throws IOException {
    this.chunks = chunks;
    this.parent = parent.isPresent() ? new ParentTree(parent.get(), chunks) : null;
    this.extents = new ExtentStore(chunks, this.parent, tally);
  }

  /// Stores extent `extentIndex` of a file: the first `length` bytes of `bytes`. All but a file's
  /// last extent have [FileLayout#EXTENT_BYTES]. The array belongs to the caller again afterwards.
  ///
  /// @throws IllegalStateException if the extent was put already
  public void putExtent(String path, FileLayout layout, long extentIndex, byte[] bytes, int length)
      throws IOException {
    if (layout instanceof FileLayout.Lines || layout instanceof FileLayout.Cut) {
      throw new IllegalArgumentException("a file that is cut by content is put as a whole");
    }
    if (extentIndex < 0 || extentIndex >= TreeRecord.extentsOf(FileEntry.SIZE_MAX)) {
      throw new IllegalArgumentException("'" + path + "' cannot have an extent " + extentIndex);
    }
    if (length < 1 || length > Math.min(bytes.length, FileLayout.EXTENT_BYTES)) {
      throw new IllegalArgumentException("an extent of " + length + " bytes in '" + path + "'");
    }
    FileState file = file(path, layout);
    Extent old = old(path, layout, extentIndex);
    file.extent((int) extentIndex, extents.store(layout, bytes, length, old), refs);
  }

  /// Records a file's metadata, before, between or after its extents.
  ///
  /// @throws IllegalStateException if the file was put already
  public void putFile(FileEntry entry, FileLayout layout) throws IOException {
    if (entry.kind() != FileKind.FILE && !(layout instanceof FileLayout.Stream)) {
      throw new IllegalArgumentException("'" + entry.path() + "' has no contents to lay out");
    }
    file(entry.path(), layout).entry(entry);
  }

  /// Stores a whole file; its size in `entry` is that of `bytes`.
  public void putSmallFile(FileEntry entry, FileLayout layout, byte[] bytes) throws IOException {
    if (entry.size() != bytes.length) {
      throw new IllegalArgumentException(
          "'" + entry.path() + "' has " + bytes.length + " bytes, not " + entry.size());
    }
    putFile(entry, layout);
    if (layout instanceof FileLayout.Lines) {
      LineFile lines = lines(entry.path());
      lines.write(bytes, 0, bytes.length);
      lines.finish();
      return;
    }
    byte[] buffer = new byte[Math.min(bytes.length, FileLayout.EXTENT_BYTES)];
    int index = 0;
    for (int at = 0; at < bytes.length; at += buffer.length) {
      int length = Math.min(buffer.length, bytes.length - at);
      System.arraycopy(bytes, at, buffer, 0, length);
      putExtent(entry.path(), layout, index++, buffer, length);
    }
  }

  /// Begins to store a file of [FileLayout.Lines] whose length is not known yet. When all of it has
  /// been written, [#putFile] completes it.
  public LineFile lines(String path) throws IOException {
    FileLayout layout = new FileLayout.Lines();
    FileState file = file(path, layout);
    return new LineFile(
        (index, bytes, offset, length) -> {
          Extent old = old(path, layout, index);
          file.extent(index, extents.storeStream(bytes, offset, length, old), refs);
        });
  }

  /// Takes an extent over from the parent as it is there, without looking at its bytes: the caller
  /// knows that they are the same.
  ///
  /// @return false if the parent does not have it, or not all of it may be referred to; then it has
  ///   to be put
  boolean keepExtent(String path, FileLayout layout, long index) throws IOException {
    Extent old = old(path, layout, index);
    if (old == null || !extents.isUsable(old)) {
      return false;
    }
    file(path, layout).extent((int) index, null, refs);
    tally.extentsUnchanged.increment();
    return true;
  }

  /// As [#putExtent], and for pieces of files of lines, cut as they were.
  void putPiece(String path, FileLayout layout, long index, byte[] bytes, int length)
      throws IOException {
    if (layout instanceof FileLayout.Lines) {
      Extent old = old(path, layout, index);
      file(path, layout).extent((int) index, extents.storeStream(bytes, 0, length, old), refs);
    } else {
      putExtent(path, layout, index, bytes, length);
    }
  }

  /// Writes the lists and the root. All workers have ended; nothing is put afterwards.
  ///
  /// @throws IllegalStateException if extents are missing or have another length than their file's
  ///   size says
  public TreeSummary finish() throws IOException {
    extents.finish();
    ListWriter lists = new ListWriter(chunks, parent, files, refs.refs(), tally);
    ChunkId root = lists.write();
    TreeTotals totals = lists.totals();
    return new TreeSummary(
        root,
        totals.files(),
        totals.logicalBytes(),
        totals.extents(),
        tally.extentsUnchanged.sum(),
        tally.extentsZero.sum(),
        tally.extentsWhole.sum(),
        totals.pagesOverridden(),
        tally.pagesPatched.sum(),
        tally.dataBytes.sum(),
        tally.metadataBytes.sum(),
        lists.overlayBytes(),
        tally.parentExtentsUnreadable.sum());
  }

  private @Nullable Extent old(String path, FileLayout layout, long index) throws IOException {
    return parent == null ? null : parent.extent(path, layout, index);
  }

  private FileState file(String path, FileLayout layout) {
    if (layout instanceof FileLayout.Cut) {
      throw new IllegalArgumentException("'" + path + "' is for a writer of sorted trees");
    }
    FileState known = files.get(path);
    if (known == null) {
      TreePaths.require(path);
      FileState fresh = new FileState(path, layout);
      FileState raced = files.putIfAbsent(path, fresh);
      known = raced == null ? fresh : raced;
    }
    known.requireLayout(layout);
    return known;
  }
}
