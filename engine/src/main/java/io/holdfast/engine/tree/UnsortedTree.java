package io.holdfast.engine.tree;

import io.holdfast.files.content.Cutter;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A tree that is written in whatever order its files come. Memory holds the list of pieces of all
/// files, of this tree and of the one before: about 80 bytes for 200 KB of content. *Confined.*
public final class UnsortedTree {
  private final DraftTree tree;
  private final Cutter cutter;
  private final Map<String, FileContent> before = new HashMap<>();
  private final TreeMap<String, FileContent> contents = new TreeMap<>(TreeNames.ORDER);

  /// @param now seconds since 1970
  public UnsortedTree(BackupSession session, Optional<TreeReader> parent, long now, Cutter cutter)
      throws IOException {
    this.tree = new DraftTree(session, parent, now);
    this.cutter = cutter;
    if (parent.isPresent()) {
      SortedFiles files = parent.get().sortedFiles();
      for (Optional<SortedFiles.Found> file = files.next(); file.isPresent(); file = files.next()) {
        before.put(file.get().entry().path(), file.get().content());
      }
    }
  }

  /// Begins a file, which is in the tree when the stream was closed. Several may be written at
  /// once.
  public OutputStream begin(String path) {
    CutWriter writer = new CutWriter(tree.writer(), cutter);
    writer.begin(before.getOrDefault(path, FileContent.empty()));
    return new OutputStream() {
      private boolean closed;

      @Override
      public void write(int b) throws IOException {
        writer.write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        writer.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        if (!closed) {
          closed = true;
          contents.put(path, writer.finish());
        }
      }
    };
  }

  /// Writes a short file.
  public void put(String path, byte[] bytes) throws IOException {
    try (OutputStream out = begin(path)) {
      out.write(bytes);
    }
  }

  /// Whether a file of this path was written.
  public boolean has(String path) {
    return contents.containsKey(path);
  }

  public TreeSummary finish() throws IOException {
    for (Map.Entry<String, FileContent> file : contents.entrySet()) {
      tree.put(file.getKey(), file.getValue());
    }
    return tree.finish();
  }
}
