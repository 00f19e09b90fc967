package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TreeRoundTripTest {
  private final TestChunks chunks = new TestChunks();
  private final ModelTree model = new ModelTree();

  static LongStream seeds() {
    return Seeds.stream();
  }

  @Test
  void everyKindOfFileComesBack() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    model.put("base/1/empty", ModelTree.PAGED, new byte[0]);
    model.put("base/1/one", ModelTree.PAGED, ModelTree.pages(random, 1));
    model.put("base/1/full", ModelTree.PAGED, ModelTree.pages(random, 64));
    model.put("base/1/more", ModelTree.PAGED, ModelTree.pages(random, 150));
    model.put("base/1/zeros", ModelTree.PAGED, new byte[8192 * 65]);
    model.put("base/1/odd", ModelTree.PAGED, Arrays.copyOf(ModelTree.pages(random, 67), 540_001));
    model.put("PG_VERSION", ModelTree.STREAM, new byte[] {'1', '7', '\n'});
    model.put("stream", ModelTree.STREAM, Arrays.copyOf(ModelTree.pages(random, 70), 530_000));
    model.put("lines", ModelTree.LINES, lines(3000));
    model.put("lines-empty", ModelTree.LINES, new byte[0]);
    model.put("smallpages", new FileLayout.Paged(1024), ModelTree.pages(random, 3));

    TreeSummary summary = model.write(chunks, Optional.empty());

    model.requireEqual(chunks, summary.root());
    assertThat(summary.files()).isEqualTo(11);
    assertThat(summary.extentsZero()).isEqualTo(2);
    assertThat(summary.extentsUnchanged()).isZero();
  }

  @Test
  void directoriesAndLinksKeepTheirMetadata() throws IOException {
    FileEntry directory =
        new FileEntry("dir", FileKind.DIRECTORY, 0, 0700, -5, "", "", "", Digest.NONE);
    FileEntry link =
        new FileEntry(
            "dir/ünï", FileKind.SYMLINK, 0, 0777, 9, "/elsewhere/x", "a", "b", Digest.NONE);
    FileEntry beyond = ModelTree.entry("dir/\uD83D\uDE00", 0);
    FileEntry below = ModelTree.entry("dir/\uFFFD", 0);
    TreeWriter writer = new TreeWriter(chunks, Optional.empty());
    for (FileEntry entry : List.of(beyond, link, directory, below)) {
      writer.putFile(entry, ModelTree.STREAM);
    }

    TreeReader reader = TreeReader.open(chunks, writer.finish().root());

    List<FileEntry> read = new ArrayList<>();
    reader.forEachFile(file -> read.add(file.entry()));
    assertThat(read).containsExactly(directory, link, below, beyond);
  }

  @Test
  void anEmptyTreeIsATree() throws IOException {
    ChunkId root = model.write(chunks, Optional.empty()).root();
    model.requireEqual(chunks, root);
    assertThat(model.write(chunks, root).root()).isEqualTo(root);
  }

  @Test
  void theSameClusterAgainStoresNothing() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 20; i++) {
      model.put("base/5/" + i, ModelTree.PAGED, ModelTree.pages(random, 1 + i * 9));
    }
    model.put("backup_manifest", ModelTree.LINES, lines(500));
    ChunkId first = model.write(chunks, Optional.empty()).root();
    long before = chunks.compressedBytes();

    TreeSummary second = model.write(chunks, first);

    assertThat(second.root()).isEqualTo(first);
    assertThat(chunks.compressedBytes()).isEqualTo(before);
    assertThat(second.extentsUnchanged()).isEqualTo(second.extents());
    assertThat(second.dataBytes() + second.metadataBytes()).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aChainOfRandomChangesComesBackFromEveryTree(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    RandomChanges changes = new RandomChanges(random, model);
    for (int i = 0; i < 12; i++) {
      changes.addFile();
    }
    ChunkId root = model.write(chunks, Optional.empty()).root();
    model.requireEqual(chunks, root);
    for (int generation = 0; generation < 25; generation++) {
      changes.change();
      if (random.nextInt(4) == 0) {
        changes.condemnSome(chunks);
      }
      root = model.write(chunks, root).root();
      model.requireEqual(chunks, root);
      TreeReader.open(chunks, root)
          .forEachChunk((type, id) -> assertThat(chunks.contains(type, id)).isTrue());
    }
    model.requireEqual(chunks.withOnlyWhatIsReferredTo(root), root);
  }

  static byte[] lines(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("{ \"Path\": \"base/5/")
          .append(i)
          .append("\", \"Size\": 8192, \"Checksum\": \"")
          .append(Integer.toHexString(i * 0x9E3779B1))
          .append("\" },\n");
    }
    return text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
