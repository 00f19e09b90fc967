package io.holdfast.engine.tree;

import io.holdfast.repository.BackupSession;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import java.io.IOException;
import java.util.Optional;

/// A tree that is being written, beside the one before it. Files are asked for and put in the order
/// of their paths. *Confined*, but for what [SortedTreeWriter] allows.
public final class DraftTree {
  private static final int MODE = 0600;

  private final SortedTreeWriter writer;
  private final Optional<SortedFiles> before;
  private final long now;

  /// @param now seconds since 1970
  public DraftTree(BackupSession session, Optional<TreeReader> before, long now)
      throws IOException {
    this.writer = new SortedTreeWriter(session.chunks(), before);
    this.before = before.isPresent() ? Optional.of(before.get().sortedFiles()) : Optional.empty();
    this.now = now;
  }

  public SortedTreeWriter writer() {
    return writer;
  }

  /// The content that a file had in the tree before; empty if there was none.
  public FileContent before(String path) throws IOException {
    if (before.isEmpty()) {
      return FileContent.empty();
    }
    return before.get().find(path).map(SortedFiles.Found::content).orElse(FileContent.empty());
  }

  public void put(String path, FileContent content) throws IOException {
    writer.put(
        new FileEntry(
            path,
            FileKind.FILE,
            content.bytes(),
            MODE,
            now,
            "",
            "",
            "",
            Digest.NONE,
            Attributes.NONE),
        content);
  }

  public TreeSummary finish() throws IOException {
    return writer.finish();
  }
}
