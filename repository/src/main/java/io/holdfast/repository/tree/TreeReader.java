package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads a tree. What is stored is not trusted: whatever the bytes are, methods return what was
/// written or throw [CorruptRepositoryException].
///
/// Memory: the index of each layer (about 100 bytes per list page, that is per 64 KiB of list or
/// 1,500 extents), a few MiB of list pages, and 16 MiB of patch chunks; not the lists themselves.
/// *Thread-safe.*
public final class TreeReader {
  private final ChunkReader chunks;
  private final ChunkId root;
  private final TreeTotals totals;
  private final Layer base;
  private final @Nullable Layer overlay;
  private final ExtentReader extents;

  private TreeReader(
      ChunkReader chunks, ChunkId root, TreeTotals totals, Layer base, @Nullable Layer overlay) {
    this.chunks = chunks;
    this.root = root;
    this.totals = totals;
    this.base = base;
    this.overlay = overlay;
    this.extents = new ExtentReader(chunks);
  }

  /// Opens the tree that [TreeWriter#finish] named.
  ///
  /// @throws CorruptRepositoryException if its root or a layer index is missing or damaged
  public static TreeReader open(ChunkReader chunks, ChunkId root) throws IOException {
    byte[] bytes = chunks.read(ChunkType.ROOT, root, TreeRoot.ROOT_BYTES_MAX);
    TreeRoot decoded = TreeRoot.decode(bytes, root);
    Layer base = Layer.open(chunks, decoded.layers().getFirst());
    Layer overlay =
        decoded.layers().size() == 1 ? null : Layer.open(chunks, decoded.layers().getLast());
    return new TreeReader(chunks, root, decoded.totals(), base, overlay);
  }

  /// The name of the tree.
  public ChunkId root() {
    return root;
  }

  public TreeTotals totals() {
    return totals;
  }

  /// Hands out every file in path order (by UTF-8 bytes); nothing is kept.
  ///
  /// @throws CorruptRepositoryException if the lists are damaged or lack an extent of a file
  public void forEachFile(Consumer<TreeFile> each) throws IOException {
    MergedCursor cursor = cursor();
    while (cursor.hasRecord()) {
      each.accept(takeFile(cursor));
    }
  }

  private TreeFile takeFile(MergedCursor cursor) throws IOException {
    Metadata file = cursor.file();
    String path = cursor.path();
    long hint = Long.MAX_VALUE;
    long bytes = 0;
    long count = 0;
    cursor.advance();
    while (cursor.hasRecord()
        && cursor.path().equals(path)
        && cursor.record() instanceof Extent extent) {
      requireFits(file, count, cursor.slot() - 1, extent);
      hint = Math.min(hint, count == 0 ? locationHint(extent) : Long.MAX_VALUE);
      bytes += extent.length();
      count++;
      cursor.advance();
    }
    if (count != file.extents() || bytes != file.entry().size()) {
      throw CorruptRepositoryException.missing(
          "of '" + path + "' " + count + " extents with " + bytes + " bytes are there");
    }
    return new TreeFile(file, hint);
  }

  private static void requireFits(Metadata file, long expected, long index, Extent extent) {
    int bytes = file.extentBytes(index);
    if (index != expected || (bytes >= 0 && bytes != extent.length())) {
      throw CorruptRepositoryException.damaged(
          "extent " + index + " of '" + file.entry().path() + "' is not the one expected there");
    }
  }

  /// A walk over all files in path order.
  public SortedFiles sortedFiles() throws IOException {
    return new SortedFiles(cursor());
  }

  /// Whether the first bytes of `bytes` are the extent's, told by their id alone: nothing is read.
  /// Only for files that are cut by content and streams; false for all else.
  public boolean isExtent(TreeFile file, long extentIndex, byte[] bytes, int length)
      throws IOException {
    return switch (extent(file.metadata(), extentIndex)) {
      case Zero zero -> zero.length() == length && isZero(bytes, length);
      case Streamed streamed ->
          streamed.length() == length
              && chunks.ids().of(ChunkType.STREAM, bytes, 0, length).equals(streamed.id());
      case Whole _, Patched _ -> false;
    };
  }

  /// The length of an extent, without reading it.
  public int extentBytes(TreeFile file, long extentIndex) throws IOException {
    return extent(file.metadata(), extentIndex).length();
  }

  /// True if the extent is known to be nothing but zeros.
  public boolean isZero(TreeFile file, long extentIndex) throws IOException {
    return extent(file.metadata(), extentIndex) instanceof Zero;
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /// The file of exactly this path.
  public Optional<TreeFile> file(String path) throws IOException {
    Metadata metadata = metadata(path);
    if (metadata == null) {
      return Optional.empty();
    }
    long hint = metadata.extents() == 0 ? Long.MAX_VALUE : locationHint(extent(metadata, 0));
    return Optional.of(new TreeFile(metadata, hint));
  }

  /// Reads one extent into the start of `target`, which has room for [FileLayout#EXTENT_BYTES], and
  /// returns its length. The content id is computed again and must be what was written.
  ///
  /// @throws CorruptRepositoryException if the extent is missing or is not what was written
  public int readExtent(TreeFile file, long extentIndex, byte[] target) throws IOException {
    Extent extent = extent(file.metadata(), extentIndex);
    if (target.length < extent.length()) {
      throw new IllegalArgumentException(
          "an array of " + target.length + " bytes for an extent of " + extent.length());
    }
    extents.read(file.metadata(), extent, target);
    return extent.length();
  }

  /// The whole file.
  ///
  /// @param bytesMax the most that is acceptable; checked before anything is allocated
  public byte[] readAll(TreeFile file, int bytesMax) throws IOException {
    long size = file.entry().size();
    if (size > bytesMax) {
      throw CorruptRepositoryException.damaged(
          "'" + file + "' has " + size + " bytes, expected at most " + bytesMax);
    }
    byte[] all = new byte[(int) size];
    byte[] part = new byte[FileLayout.EXTENT_BYTES];
    int at = 0;
    for (long i = 0; i < file.extents(); i++) {
      int length = readExtent(file, i, part);
      if (length > all.length - at) {
        throw CorruptRepositoryException.damaged("'" + file + "' is longer than its size");
      }
      System.arraycopy(part, 0, all, at, length);
      at += length;
    }
    if (at != all.length) {
      throw CorruptRepositoryException.damaged("'" + file + "' is shorter than its size");
    }
    return all;
  }

  /// Where the extent's largest part lies, see [ChunkReader#locationHint]; `Long.MAX_VALUE` for
  /// zeros. For reading extents in the order in which they are stored.
  public long locationHint(TreeFile file, long extentIndex) throws IOException {
    return locationHint(extent(file.metadata(), extentIndex));
  }

  /// Hands out every chunk the tree needs, itself included: for marking and checking. A chunk that
  /// is referred to several times may be handed out several times.
  public void forEachChunk(BiConsumer<ChunkType, ChunkId> each) throws IOException {
    forEachOwnChunk(each);
    MergedCursor cursor = cursor();
    References references = new References(each);
    while (cursor.hasRecord()) {
      references.visit(cursor.record());
      cursor.advance();
    }
  }

  /// What is done with each reference of a file.
  @FunctionalInterface
  public interface EachReference {
    void accept(String path, ChunkType type, ChunkId id);
  }

  /// Hands out what each file refers to, in path order; the chunks of the lists themselves are not
  /// among it. A chunk may come several times.
  public void forEachReference(EachReference each) throws IOException {
    MergedCursor cursor = cursor();
    String path = "";
    References references = new References((_, _) -> {});
    while (cursor.hasRecord()) {
      if (!cursor.path().equals(path)) {
        String current = cursor.path();
        path = current;
        references = new References((type, id) -> each.accept(current, type, id));
      }
      references.visit(cursor.record());
      cursor.advance();
    }
  }

  /// The tree's own chunks: root and lists.
  public void forEachOwnChunk(BiConsumer<ChunkType, ChunkId> each) throws IOException {
    each.accept(ChunkType.ROOT, root);
    base.forEachListChunk(id -> each.accept(ChunkType.LIST, id));
    if (overlay != null) {
      overlay.forEachListChunk(id -> each.accept(ChunkType.LIST, id));
    }
  }

  /// Puts an extent of this tree together, as [#readExtent].
  void read(Metadata file, Extent extent, byte[] target) throws IOException {
    extents.read(file, extent, target);
  }

  MergedCursor cursor() throws IOException {
    return new MergedCursor(base, overlay);
  }

  Layer base() {
    return base;
  }

  ChunkReader chunks() {
    return chunks;
  }

  /// The file's metadata, null if there is no such file.
  @Nullable Metadata metadata(String path) throws IOException {
    return find(path, 0) instanceof Metadata metadata ? metadata : null;
  }

  /// The extent's record; the file is one of this tree.
  Extent extent(Metadata file, long index) throws IOException {
    String path = file.entry().path();
    if (index < 0 || index >= file.extents()) {
      throw new IllegalArgumentException("'" + path + "' has no extent " + index);
    }
    if (!(find(path, index + 1) instanceof Extent extent)) {
      throw CorruptRepositoryException.missing("extent " + index + " of '" + path + "' is missing");
    }
    requireFits(file, index, index, extent);
    return extent;
  }

  private @Nullable TreeRecord find(String path, long slot) throws IOException {
    TreeRecord record = overlay == null ? null : overlay.find(path, slot);
    return record == null ? base.find(path, slot) : record;
  }

  private long locationHint(Extent extent) {
    return switch (extent) {
      case Zero _ -> Long.MAX_VALUE;
      case Streamed streamed -> chunks.locationHint(ChunkType.STREAM, streamed.id());
      case Whole whole -> chunks.locationHint(ChunkType.PAGES, whole.id());
      case Patched patched -> chunks.locationHint(ChunkType.PAGES, patched.baseId());
    };
  }
}
