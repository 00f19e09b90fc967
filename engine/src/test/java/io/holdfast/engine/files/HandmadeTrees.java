package io.holdfast.engine.files;

import io.holdfast.files.FileFacts;
import io.holdfast.files.posix.FileStatus.Timestamp;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// Entries of trees that no backup would write, or that are quicker written by hand.
final class HandmadeTrees {
  private HandmadeTrees() {}

  static FileFacts facts(String hardLink, long size) {
    return new FileFacts(
        Set.of(), size, 0, new Timestamp(5, 0), 1, 0, 0, 0, 0, hardLink, List.of(), List.of());
  }

  static void directory(SortedTreeWriter writer, String path, int mode) throws IOException {
    put(writer, path, FileKind.DIRECTORY, mode, "", Attributes.of(facts("", 0).encode()), "");
  }

  static void link(SortedTreeWriter writer, String path, String pointsTo) throws IOException {
    put(
        writer,
        path,
        FileKind.SYMLINK,
        0120777,
        pointsTo,
        Attributes.of(facts("", 0).encode()),
        "");
  }

  static void pipe(SortedTreeWriter writer, String path) throws IOException {
    put(writer, path, FileKind.SPECIAL, 0010666, "", Attributes.of(facts("", 0).encode()), "");
  }

  static void hardLink(SortedTreeWriter writer, String path, FileKind kind, String first)
      throws IOException {
    boolean symlink = kind == FileKind.SYMLINK;
    put(
        writer,
        path,
        kind,
        symlink ? 0120777 : 0100666,
        symlink ? "x" : "",
        Attributes.of(facts(first, 0).encode()),
        "");
  }

  static void file(SortedTreeWriter writer, String path, String content) throws IOException {
    put(
        writer,
        path,
        FileKind.FILE,
        0100666,
        "",
        Attributes.of(facts("", content.length()).encode()),
        content);
  }

  static void put(
      SortedTreeWriter writer,
      String path,
      FileKind kind,
      int mode,
      String linkTarget,
      Attributes attributes,
      String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    FileContent content = writer.newContent();
    if (bytes.length > 0) {
      writer.store(content, bytes, 0, bytes.length);
    }
    writer.put(
        new FileEntry(
            path, kind, bytes.length, mode, 5, linkTarget, "", "", Digest.NONE, attributes),
        content);
  }
}
