package io.holdfast.engine.dump;

import io.holdfast.engine.tree.CutWriter;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.files.content.Cutter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Puts whole files into the tree of a dump. *Confined.*
record DraftFiles(DraftTree tree, Cutter cutter) {
  /// A local file.
  void put(String path, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      put(path, in);
    }
  }

  void put(String path, byte[] bytes) throws IOException {
    put(path, new ByteArrayInputStream(bytes));
  }

  private void put(String path, InputStream in) throws IOException {
    CutWriter writer = new CutWriter(tree.writer(), cutter);
    writer.begin(tree.before(path));
    byte[] buffer = new byte[256 << 10];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      writer.write(buffer, 0, count);
    }
    tree.put(path, writer.finish());
  }
}
