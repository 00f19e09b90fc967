package io.holdfast.repository.tree;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Writes a tree of one domain anew in another, where every id is another: contents are read,
/// proved, and put as a backup puts them. Of what an earlier tree had too, of which a copy is there
/// already, nothing is read. What belongs to the files stays as it is.
///
/// Memory: that of a [TreeWriter] or [SortedTreeWriter], and a few dozen MiB. *Confined*; works
/// with several threads.
public final class TreeCopy {
  private static final int WORKERS = 2;

  /// Extents that are on their way at once, at most 64 MiB.
  private static final int BATCH_EXTENTS = 128;

  /// What a piece needs in memory: in the tree that is copied, in the copies and in the tables of
  /// what has changed.
  private static final int PIECE_BYTES = 256;

  /// Files that are cut by content and on their way at once.
  private static final int BATCH_FILES = 256;

  private final ChunkWriter target;
  private final Cancellation cancellation;
  private final Progress progress;

  public TreeCopy(ChunkWriter target, Cancellation cancellation, Progress progress) {
    this.target = target;
    this.cancellation = cancellation;
    this.progress = progress;
  }

  /// Two trees of the same files: one beside the tree that is copied, one beside the copy.
  public record Earlier(TreeReader original, TreeReader copy) {}

  /// Copies one tree and returns what it is there.
  ///
  /// @param earlier what the content is compared with
  /// @throws CorruptRepositoryException if the tree, or content of it, is damaged
  public TreeSummary copy(TreeReader tree, Optional<Earlier> earlier) throws IOException {
    MergedCursor first = tree.cursor();
    return first.hasRecord() && first.file().layout() instanceof FileLayout.Cut
        ? copySorted(tree, earlier)
        : copyPlain(tree, earlier);
  }

  private TreeSummary copyPlain(TreeReader tree, Optional<Earlier> earlier) throws IOException {
    TreeWriter writer = new TreeWriter(target, earlier.map(Earlier::copy));
    List<Task> tasks = new ArrayList<>();
    MergedCursor cursor = tree.cursor();
    while (cursor.hasRecord()) {
      Metadata file = cursor.file();
      String path = file.entry().path();
      writer.putFile(file.entry(), file.layout());
      Optional<Metadata> before = before(earlier, file);
      long count = 0;
      cursor.advance();
      while (cursor.hasRecord()
          && cursor.path().equals(path)
          && cursor.record() instanceof Extent extent) {
        long index = cursor.slot() - 1;
        if (index != count++) {
          throw missing(path, count);
        }
        if (isSame(earlier, before, index, extent)
            && writer.keepExtent(path, file.layout(), index)) {
          progress.advance(extent.length());
        } else {
          tasks.add(new Task(file, index, extent));
        }
        if (tasks.size() == BATCH_EXTENTS) {
          run(tree, writer, tasks);
        }
        cursor.advance();
      }
      if (count != file.extents()) {
        throw missing(path, count);
      }
    }
    run(tree, writer, tasks);
    return writer.finish();
  }

  /// An extent that has to be read.
  private record Task(Metadata file, long index, Extent extent) {}

  private void run(TreeReader tree, TreeWriter writer, List<Task> tasks) throws IOException {
    parallel(
        tasks.size(),
        at -> {
          Task task = tasks.get(at);
          byte[] bytes = new byte[FileLayout.EXTENT_BYTES];
          tree.read(task.file, task.extent, bytes);
          writer.putPiece(
              task.file.entry().path(),
              task.file.layout(),
              task.index,
              bytes,
              task.extent.length());
          progress.advance(task.extent.length());
        });
    tasks.clear();
  }

  private static Optional<Metadata> before(Optional<Earlier> earlier, Metadata file)
      throws IOException {
    return earlier.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(earlier.get().original().metadata(file.entry().path()))
            .filter(metadata -> metadata.layout().equals(file.layout()));
  }

  private static boolean isSame(
      Optional<Earlier> earlier, Optional<Metadata> before, long index, Extent extent)
      throws IOException {
    return earlier.isPresent()
        && before.isPresent()
        && index < before.get().extents()
        && isSameContent(earlier.get().original().extent(before.get(), index), extent);
  }

  /// Told by content ids of one domain, whichever way the bytes are stored.
  private static boolean isSameContent(Extent a, Extent b) {
    if (a.length() != b.length()) {
      return false;
    }
    return switch (a) {
      case Zero _ -> b instanceof Zero;
      case Streamed streamed -> b instanceof Streamed other && other.id().equals(streamed.id());
      case Whole whole -> isContent(b, whole.id());
      case Patched patched -> isContent(b, patched.contentId());
    };
  }

  private static boolean isContent(Extent extent, ChunkId id) {
    return switch (extent) {
      case Zero _, Streamed _ -> false;
      case Whole whole -> whole.id().equals(id);
      case Patched patched -> patched.contentId().equals(id);
    };
  }

  private TreeSummary copySorted(TreeReader tree, Optional<Earlier> earlier) throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(target, earlier.map(Earlier::copy));
    Optional<SortedFiles> originals =
        earlier.isEmpty() ? Optional.empty() : Optional.of(earlier.get().original().sortedFiles());
    Optional<SortedFiles> copies =
        earlier.isEmpty() ? Optional.empty() : Optional.of(earlier.get().copy().sortedFiles());
    SortedFiles files = tree.sortedFiles();
    List<CutFile> batch = new ArrayList<>();
    long bytes = 0;
    for (Optional<SortedFiles.Found> next = files.next(); next.isPresent(); next = files.next()) {
      SortedFiles.Found file = next.get();
      FileContent content = writer.newContent();
      boolean known = file.content().bytes() == 0;
      if (!known && originals.isPresent() && copies.isPresent()) {
        Optional<SortedFiles.Found> original = originals.get().find(file.entry().path());
        Optional<SortedFiles.Found> copy = copies.get().find(file.entry().path());
        if (original.isPresent() && copy.isPresent()) {
          known =
              isCopied(file, original.get(), copy.get()) && writer.isUsable(copy.get().content());
          // What has changed little is stored as the difference to the copy of the version before.
          content = known ? copy.get().content() : writer.newContent(copy.get().content());
        }
      }
      batch.add(new CutFile(file, content, known));
      // Of known files the pieces are in memory, of others all bytes may be.
      bytes += known ? (long) file.content().count() * PIECE_BYTES : file.content().bytes();
      if (batch.size() == BATCH_FILES || bytes >= (long) BATCH_EXTENTS * FileLayout.EXTENT_BYTES) {
        run(tree, writer, batch);
        bytes = 0;
      }
    }
    run(tree, writer, batch);
    return writer.finish();
  }

  /// A file and its content there.
  private record CutFile(SortedFiles.Found file, FileContent content, boolean isKnown) {}

  private static boolean isCopied(
      SortedFiles.Found file, SortedFiles.Found original, SortedFiles.Found copy) {
    return original.content().isSame(file.content())
        && copy.content().bytes() == file.content().bytes();
  }

  private void run(TreeReader tree, SortedTreeWriter writer, List<CutFile> batch)
      throws IOException {
    parallel(
        batch.size(),
        at -> {
          CutFile file = batch.get(at);
          if (!file.isKnown) {
            store(tree, writer, file);
          }
          progress.advance(file.file.entry().size());
        });
    for (CutFile file : batch) {
      writer.put(file.file.entry(), file.content);
    }
    batch.clear();
  }

  private void store(TreeReader tree, SortedTreeWriter writer, CutFile file) throws IOException {
    FileEntry entry = file.file.entry();
    FileContent from = file.file.content();
    Metadata metadata = new Metadata(entry, new FileLayout.Cut(), from.count());
    byte[] bytes = new byte[FileLayout.EXTENT_BYTES];
    for (int i = 0; i < from.count(); i++) {
      cancellation.throwIfRequested();
      Extent piece = from.piece(i, entry.path());
      tree.read(metadata, piece, bytes);
      writer.store(file.content, bytes, 0, piece.length());
    }
  }

  private interface Step {
    void run(int index) throws IOException;
  }

  private void parallel(int count, Step step) throws IOException {
    AtomicInteger next = new AtomicInteger();
    try (Workers workers = Workers.platform("copy")) {
      for (int i = 0; i < Math.min(WORKERS, count); i++) {
        workers.start(
            () -> {
              for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                cancellation.throwIfRequested();
                step.run(at);
              }
            });
      }
      workers.join();
    }
  }

  private static CorruptRepositoryException missing(String path, long count) {
    return CorruptRepositoryException.missing(
        "of '" + path + "' other extents than the expected are there, at " + count);
  }
}
