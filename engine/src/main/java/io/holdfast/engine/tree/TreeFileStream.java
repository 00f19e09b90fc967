package io.holdfast.engine.tree;

import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.io.InputStream;

/// A file of a tree as a stream; holds one piece of it in memory. *Confined.*
public final class TreeFileStream extends InputStream {
  private final TreeReader tree;
  private final TreeFile file;
  private final byte[] piece = new byte[FileLayout.EXTENT_BYTES];
  private long next;
  private int at;
  private int length;

  public TreeFileStream(TreeReader tree, TreeFile file) {
    this.tree = tree;
    this.file = file;
  }

  private boolean fill() throws IOException {
    while (at == length) {
      if (next == file.extents()) {
        return false;
      }
      length = tree.readExtent(file, next++, piece);
      at = 0;
    }
    return true;
  }

  @Override
  public int read() throws IOException {
    return fill() ? piece[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    if (!fill()) {
      return -1;
    }
    int step = Math.min(count, length - at);
    System.arraycopy(piece, at, target, offset, step);
    at += step;
    return step;
  }
}
