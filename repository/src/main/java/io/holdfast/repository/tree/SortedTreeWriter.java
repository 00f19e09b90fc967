package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.ChunkWriter.Placed;
import io.holdfast.repository.ChunkWriter.PutOutcome;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// Writes one tree whose files come in path order, in memory that does not grow with their number:
/// lists are stored while files come. Made for trees of files, as [TreeWriter] is for clusters.
///
/// Files are cut by content, where the caller says ([#store]); that may be done by several threads
/// at once, each with its own [FileContent]. *Confined* but for [#newContent], [#store] and
/// [#isUsable].
public final class SortedTreeWriter {
  private static final FileLayout LAYOUT = new FileLayout.Cut();
  private static final byte[] ZEROS = new byte[FileLayout.EXTENT_BYTES];

  private final ChunkWriter chunks;
  private final Tally tally = new Tally();
  private final SortedLists lists;

  private String lastPath = "";
  private long files;
  private long logicalBytes;
  private long extents;

  /// @param parent the tree whose lists are kept where they still hold, of the same domain
  /// @throws io.holdfast.repository.CorruptRepositoryException if the parent's lists are damaged;
  ///   then, or if a later call says so, a new writer without parent is the way on
  public SortedTreeWriter(ChunkWriter chunks, Optional<TreeReader> parent) throws IOException {
    this.chunks = chunks;
    this.lists = new SortedLists(chunks, parent.map(TreeReader::base), tally);
  }

  /// The pieces of a file that is read now, none yet.
  public FileContent newContent() {
    return new FileContent();
  }

  /// As [#newContent()], for a new version of a file: what has changed little is stored as the
  /// difference to the version before.
  public FileContent newContent(FileContent before) {
    return new FileContent(before);
  }

  /// Stores the next piece of a file; the array belongs to the caller again afterwards.
  public void store(FileContent content, byte[] bytes, int offset, int length) throws IOException {
    if (length < 1 || length > FileLayout.EXTENT_BYTES || offset > bytes.length - length) {
      throw new IllegalArgumentException("a piece of " + length + " bytes");
    }
    PieceMatcher matcher = content.matcher();
    if (Arrays.equals(bytes, offset, offset + length, ZEROS, 0, length)) {
      tally.extentsZero.increment();
      content.add(new Zero(length));
      if (matcher != null) {
        matcher.tookZeros(length);
      }
      return;
    }
    ChunkId id = chunks.ids().of(ChunkType.STREAM, bytes, offset, length);
    PutOutcome outcome =
        matcher == null
            ? chunks.put(ChunkType.STREAM, id, bytes, offset, length)
            : putSimilar(matcher, id, bytes, offset, length);
    tally.put(ChunkType.STREAM, outcome, length);
    content.add(new Streamed(length, id));
  }

  private PutOutcome putSimilar(
      PieceMatcher matcher, ChunkId id, byte[] bytes, int offset, int length) throws IOException {
    Placed placed =
        chunks.putSimilar(ChunkType.STREAM, id, bytes, offset, length, matcher.guess(length));
    if (placed.outcome() == PutOutcome.ALREADY_THERE) {
      matcher.tookKnown(id, length);
    } else if (placed.similar().isPresent()) {
      matcher.tookGuess(placed.similar().getAsInt(), length);
    } else {
      matcher.tookNothing(length);
    }
    return placed.outcome();
  }

  /// True if every piece of a file of the parent may still be referred to.
  public boolean isUsable(FileContent content) {
    for (int i = 0; i < content.count(); i++) {
      if (content.piece(i, "") instanceof Streamed piece
          && !chunks.contains(ChunkType.STREAM, piece.id())) {
        return false;
      }
    }
    return true;
  }

  /// Adds the next file; its size is that of the content.
  ///
  /// @throws IllegalArgumentException if the path does not come after the one before
  public void put(FileEntry entry, FileContent content) throws IOException {
    if (files > 0 && TreePaths.compare(lastPath, entry.path()) >= 0) {
      throw new IllegalArgumentException("'" + entry.path() + "' comes after '" + lastPath + "'");
    }
    if (entry.size() != content.bytes()) {
      throw new IllegalArgumentException(
          "'" + entry.path() + "' has " + content.bytes() + " bytes, not " + entry.size());
    }
    int count = content.count();
    lists.add(entry.path(), 0, new Metadata(entry, LAYOUT, count));
    for (int i = 0; i < count; i++) {
      Extent piece = content.piece(i, entry.path());
      lists.add(entry.path(), i + 1L, piece);
    }
    lastPath = entry.path();
    files++;
    logicalBytes += entry.size();
    extents += count;
  }

  /// Writes what is left of the lists, and the root.
  public TreeSummary finish() throws IOException {
    SortedLists.Written written = lists.finish();
    byte[] root =
        new TreeRoot(
                TreeRoot.Version.ATTRIBUTED,
                written.layers(),
                new TreeTotals(files, logicalBytes, extents, 0))
            .encode();
    ChunkId id = chunks.ids().of(ChunkType.ROOT, root, 0, root.length);
    tally.put(ChunkType.ROOT, chunks.put(ChunkType.ROOT, id, root, 0, root.length), root.length);
    return new TreeSummary(
        id,
        files,
        logicalBytes,
        extents,
        0,
        tally.extentsZero.sum(),
        0,
        0,
        0,
        tally.dataBytes.sum(),
        tally.metadataBytes.sum(),
        written.overlayBytes(),
        0);
  }
}
