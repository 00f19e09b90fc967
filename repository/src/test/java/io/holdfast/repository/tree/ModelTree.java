package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// What a tree should hold, as plain arrays: written to a tree, and compared with what is read.
final class ModelTree {
  static final FileLayout.Paged PAGED = new FileLayout.Paged(8192);
  static final FileLayout.Stream STREAM = new FileLayout.Stream();
  static final FileLayout.Lines LINES = new FileLayout.Lines();

  /// A file of the model.
  static final class ModelFile {
    private final FileEntry entry;
    private final FileLayout layout;
    private final byte[] bytes;

    ModelFile(FileEntry entry, FileLayout layout, byte[] bytes) {
      this.entry = entry;
      this.layout = layout;
      this.bytes = bytes;
    }

    FileEntry entry() {
      return entry;
    }

    FileLayout layout() {
      return layout;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  final TreeMap<String, ModelFile> files = new TreeMap<>(TreePaths::compare);

  static FileEntry entry(String path, long size) {
    return new FileEntry(
        path,
        FileKind.FILE,
        size,
        0600,
        1_700_000_000L,
        "",
        "postgres",
        "postgres",
        Digest.of(new byte[] {1, 2, 3, 4}));
  }

  void put(String path, FileLayout layout, byte[] bytes) {
    files.put(path, new ModelFile(entry(path, bytes.length), layout, bytes));
  }

  void touch(String path, long mtime) {
    ModelFile file = require(path);
    FileEntry e = file.entry();
    files.put(
        path,
        new ModelFile(
            new FileEntry(
                path,
                e.kind(),
                e.size(),
                e.mode(),
                mtime,
                e.linkTarget(),
                e.owner(),
                e.group(),
                e.digest()),
            file.layout(),
            file.bytes()));
  }

  ModelFile require(String path) {
    ModelFile file = files.get(path);
    if (file == null) {
      throw new AssertionError("no " + path);
    }
    return file;
  }

  TreeSummary write(ChunkWriter chunks, Optional<TreeReader> parent) throws IOException {
    TreeWriter writer = new TreeWriter(chunks, parent);
    for (ModelFile file : files.values()) {
      writeFile(writer, file);
    }
    return writer.finish();
  }

  static void writeFile(TreeWriter writer, ModelFile file) throws IOException {
    writer.putSmallFile(file.entry(), file.layout(), file.bytes());
  }

  TreeSummary write(TestChunks chunks, ChunkId parent) throws IOException {
    return write(chunks, Optional.of(TreeReader.open(chunks, parent)));
  }

  /// Fails unless the tree holds exactly this model.
  void requireEqual(ChunkReader chunks, ChunkId root) throws IOException {
    TreeReader reader = TreeReader.open(chunks, root);
    List<TreeFile> read = new ArrayList<>();
    reader.forEachFile(read::add);
    assertThat(read.stream().map(f -> f.entry()).toList())
        .containsExactlyElementsOf(files.values().stream().map(ModelFile::entry).toList());
    long bytes = 0;
    for (TreeFile file : read) {
      ModelFile expected = require(file.entry().path());
      assertThat(file.layout()).isEqualTo(expected.layout());
      assertThat(reader.readAll(file, Integer.MAX_VALUE))
          .as(file.entry().path())
          .isEqualTo(expected.bytes());
      assertThat(reader.file(file.entry().path()).orElseThrow().entry()).isEqualTo(file.entry());
      bytes += file.entry().size();
    }
    assertThat(reader.totals().files()).isEqualTo(files.size());
    assertThat(reader.totals().logicalBytes()).isEqualTo(bytes);
    assertThat(reader.file("no/such/file")).isEmpty();
    reader.forEachChunk(
        (type, id) -> {
          if (chunks instanceof TestChunks test) {
            assertThat(test.types()).containsEntry(id, type);
          }
        });
  }

  /// Pages that compress to about a third, like heap pages do.
  static byte[] pages(SplittableRandom random, int count) {
    byte[] bytes = new byte[count * 8192];
    for (int page = 0; page < count; page++) {
      fillPage(random, bytes, page);
    }
    return bytes;
  }

  static void fillPage(SplittableRandom random, byte[] bytes, int page) {
    byte[] noise = new byte[2700];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, bytes, page * 8192, noise.length);
  }
}
