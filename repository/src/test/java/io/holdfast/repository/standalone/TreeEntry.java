package io.holdfast.repository.standalone;

import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// An entry of a backup of files. Its attributes are put together by hand from
/// `docs/format/files.md`, since the module that keeps them lies above.
///
/// @param size with holes
/// @param first the path that has the content, or empty
/// @param regions gap and length in turn, none in a file without holes
/// @param extended name and value of one extended attribute, or nothing
record TreeEntry(
    String path,
    FileKind kind,
    int mode,
    String target,
    List<byte[]> pieces,
    int version,
    long size,
    String first,
    List<Long> regions,
    List<byte[]> extended) {
  static final int USER = 12;
  static final int GROUP = 34;
  static final long SECONDS = 1_700_000_000L;
  static final int NANOSECONDS = 123_456_789;

  private static final int HARD_LINK = 4;
  private static final int SPARSE = 8;
  private static final int EXTENDED = 16;
  private static final int DEVICE = 32;

  private static TreeEntry of(String path, FileKind kind, int mode, String target) {
    return new TreeEntry(path, kind, mode, target, List.of(), 1, 0, "", List.of(), List.of());
  }

  static TreeEntry directory(String path) {
    return of(path, FileKind.DIRECTORY, 040750, "");
  }

  static TreeEntry file(String path, String... pieces) {
    TreeEntry file = of(path, FileKind.FILE, 0100640, "");
    return file.with(Arrays.stream(pieces).map(p -> p.getBytes(StandardCharsets.UTF_8)).toList());
  }

  static TreeEntry symlink(String path, String target) {
    return of(path, FileKind.SYMLINK, 0120777, target);
  }

  static TreeEntry special(String path, int mode) {
    return of(path, FileKind.SPECIAL, mode, "");
  }

  TreeEntry with(List<byte[]> its) {
    long bytes = its.stream().mapToLong(p -> p.length).sum();
    return new TreeEntry(path, kind, mode, target, its, version, bytes, first, regions, extended);
  }

  /// With holes in it.
  TreeEntry sparse(long its, Long... gapsAndLengths) {
    return new TreeEntry(
        path, kind, mode, target, pieces, version, its, first, List.of(gapsAndLengths), extended);
  }

  TreeEntry furtherNameOf(String its) {
    return new TreeEntry(path, kind, mode, target, pieces, version, size, its, regions, extended);
  }

  TreeEntry extended(String name, String value) {
    List<byte[]> its =
        List.of(name.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    return new TreeEntry(path, kind, mode, target, pieces, version, size, first, regions, its);
  }

  /// With attributes of another version.
  TreeEntry version(int its) {
    return new TreeEntry(path, kind, mode, target, pieces, its, size, first, regions, extended);
  }

  void put(SortedTreeWriter tree, FileContent content) throws IOException {
    for (byte[] piece : pieces) {
      tree.store(content, piece, 0, piece.length);
    }
    tree.put(
        new FileEntry(
            path,
            kind,
            content.bytes(),
            mode,
            SECONDS,
            target,
            "",
            "",
            Digest.NONE,
            Attributes.of(attributes())),
        content);
  }

  private byte[] attributes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(version);
    int flags = (first.isEmpty() ? 0 : HARD_LINK) | (regions.isEmpty() ? 0 : SPARSE);
    flags |= (extended.isEmpty() ? 0 : EXTENDED) | (kind == FileKind.SPECIAL ? DEVICE : 0);
    for (long number : new long[] {flags, size, NANOSECONDS, 2 * SECONDS, 5, 77, USER, GROUP}) {
      varint(out, number);
    }
    if (!first.isEmpty()) {
      sized(out, first.getBytes(StandardCharsets.UTF_8));
    }
    if (!regions.isEmpty()) {
      varint(out, regions.size() / 2);
      regions.forEach(number -> varint(out, number));
    }
    if (!extended.isEmpty()) {
      varint(out, 1);
      extended.forEach(bytes -> sized(out, bytes));
    }
    if (kind == FileKind.SPECIAL) {
      varint(out, 1);
      varint(out, 3);
    }
    return out.toByteArray();
  }

  private static void sized(ByteArrayOutputStream out, byte[] bytes) {
    varint(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void varint(ByteArrayOutputStream out, long number) {
    long rest = number;
    for (; rest > 0x7f; rest >>>= 7) {
      out.write((int) ((rest & 0x7f) | 0x80));
    }
    out.write((int) rest);
  }
}
