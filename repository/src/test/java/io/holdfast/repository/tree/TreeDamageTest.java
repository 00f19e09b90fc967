package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The chunks in memory are not authenticated, so what these tests put in place of a chunk reaches
/// the decoders.
final class TreeDamageTest {
  private static final int MUTATIONS = 400;

  private final TestChunks chunks = new TestChunks();
  private final ModelTree model = new ModelTree();
  private final ChunkId root = aTreeOfTwoLayers();

  static LongStream seeds() {
    return Seeds.stream();
  }

  private ChunkId aTreeOfTwoLayers() {
    SplittableRandom random = new SplittableRandom(9);
    byte[] relation = ModelTree.pages(random, 150);
    model.put("base/1/10", ModelTree.PAGED, relation);
    model.put("base/1/11", ModelTree.PAGED, ModelTree.pages(random, 3));
    model.put("base/1/zero", ModelTree.PAGED, new byte[8192 * 3]);
    model.put("global/pg_control", ModelTree.STREAM, ModelTree.pages(random, 1));
    model.put("manifest", ModelTree.LINES, TreeRoundTripTest.lines(300));
    for (int i = 0; i < 40; i++) {
      model.put("pg_xact/" + i, ModelTree.STREAM, new byte[] {(byte) i});
    }
    try {
      ChunkId first = model.write(chunks, Optional.empty()).root();
      for (int page = 0; page < 150; page += 10) {
        ModelTree.fillPage(random, relation, page);
      }
      Arrays.fill(relation, 8192 * 77, 8192 * 78, (byte) 0);
      model.touch("base/1/10", 77);
      model.files.remove("base/1/11");
      model.put("new", ModelTree.STREAM, new byte[] {4});
      TreeSummary second = model.write(chunks, first);
      assertThat(second.overlayBytes()).isPositive();
      assertThat(second.pagesOverridden()).isEqualTo(16);
      return second.root();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Map<ChunkId, ChunkType> references() throws IOException {
    Map<ChunkId, ChunkType> references = new java.util.TreeMap<>();
    TreeReader.open(chunks, root).forEachChunk((type, id) -> references.put(id, type));
    return references;
  }

  /// Everything a reader does. Where it ends well, contents were proved.
  private void readAll() throws IOException {
    TreeReader reader = TreeReader.open(chunks, root);
    reader.forEachChunk((_, id) -> assertThat(id.toBytes()).hasSize(32));
    List<TreeFile> files = new ArrayList<>();
    reader.forEachFile(files::add);
    byte[] buffer = new byte[FileLayout.EXTENT_BYTES];
    for (TreeFile file : files) {
      for (long i = 0; i < Math.min(4, file.extents()); i++) {
        reader.locationHint(file, i);
        reader.readExtent(file, i, buffer);
      }
      reader.readAll(file, 2 << 20);
      assertThat(reader.file(file.entry().path())).isPresent();
    }
  }

  @Test
  void theUndamagedTreeReads() throws IOException {
    readAll();
    model.requireEqual(chunks, root);
  }

  @Test
  void everyLostChunkThatHoldsDataOrListsIsReported() throws IOException {
    for (Map.Entry<ChunkId, ChunkType> reference : references().entrySet()) {
      ChunkId id = reference.getKey();
      ChunkType type = reference.getValue();
      if (type == ChunkType.PAGE_HASHES) {
        continue;
      }
      byte[] good = chunks.read(type, id, 1 << 24);
      chunks.lose(id);
      assertThatThrownBy(this::readAll).isInstanceOf(CorruptRepositoryException.class);
      chunks.replace(type, id, good);
    }
    readAll();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyChangedChunkOfDataIsReported(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    for (Map.Entry<ChunkId, ChunkType> reference : references().entrySet()) {
      ChunkType type = reference.getValue();
      if (type.packing() != ChunkType.Packing.DATA) {
        continue;
      }
      byte[] good = chunks.read(type, reference.getKey(), 1 << 24);
      byte[] bad = good.clone();
      // Of a base chunk or a patch, only pages in use are read.
      int at =
          type == ChunkType.PAGES ? 8192 * 5 + random.nextInt(8192) : random.nextInt(bad.length);
      bad[Math.min(at, bad.length - 1)] ^= (byte) (1 << random.nextInt(8));
      chunks.replace(type, reference.getKey(), bad);
      assertThatThrownBy(this::readAll).isInstanceOf(CorruptRepositoryException.class);
      chunks.replace(type, reference.getKey(), Arrays.copyOf(good, good.length - 1));
      assertThatThrownBy(this::readAll).isInstanceOf(CorruptRepositoryException.class);
      chunks.replace(type, reference.getKey(), good);
    }
    readAll();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyBytesInPlaceOfListsEndInAnAnswerOrInCorruption(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    List<Map.Entry<ChunkId, ChunkType>> lists =
        references().entrySet().stream()
            .filter(e -> e.getValue() == ChunkType.LIST || e.getValue() == ChunkType.ROOT)
            .toList();
    assertThat(lists).hasSizeGreaterThanOrEqualTo(5);
    int reported = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Map.Entry<ChunkId, ChunkType> list = lists.get(i % lists.size());
      byte[] good = chunks.read(list.getValue(), list.getKey(), 1 << 24);
      chunks.replace(list.getValue(), list.getKey(), mutated(random, good));
      try {
        readAll();
      } catch (CorruptRepositoryException e) {
        reported++;
      }
      try {
        model.write(chunks, root);
      } catch (CorruptRepositoryException e) {
        reported++;
      }
      chunks.replace(list.getValue(), list.getKey(), good);
    }
    assertThat(reported).isGreaterThan(MUTATIONS / 2);
    model.requireEqual(chunks, root);
  }

  private static byte[] mutated(SplittableRandom random, byte[] good) {
    byte[] bad = good.clone();
    switch (random.nextInt(6)) {
      case 0 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      case 1 -> bad = Arrays.copyOf(bad, bad.length + 1 + random.nextInt(20));
      case 2 -> {
        int from = random.nextInt(bad.length);
        int length = Math.min(bad.length - from, 1 + random.nextInt(12));
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, bad, from, length);
      }
      case 3 -> {
        int from = random.nextInt(bad.length);
        int to = random.nextInt(bad.length);
        int length = Math.min(bad.length - Math.max(from, to), random.nextInt(60));
        System.arraycopy(good, from, bad, to, length);
      }
      case 4 -> bad[random.nextInt(bad.length)] = (byte) 0xff;
      default -> {
        int flips = 1 + random.nextInt(3);
        for (int i = 0; i < flips; i++) {
          bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return bad;
  }

  @Test
  void pathsThatLeadOutsideAreReported() {
    for (String path : List.of("/a", "a//b", "a/../b", "..", ".", "a/", "", "a/./b", "a\0b")) {
      assertThatThrownBy(() -> ListPage.decode(pageWithPath(path), "page"))
          .as(path)
          .isInstanceOf(CorruptRepositoryException.class);
    }
    assertThat(ListPage.decode(pageWithPath("a..b/.c/..."), "page").path(0))
        .isEqualTo("a..b/.c/...");
  }

  private static byte[] pageWithPath(String path) {
    ByteSink page = new ByteSink();
    page.u8(ListPage.KIND);
    page.varint(0);
    page.varint(1);
    page.u8(2 | ListPage.NEW_PATH);
    page.varint(0);
    page.sized(TreePaths.utf8(path));
    return page.toBytes();
  }

  @Test
  void longPathsCannotBeMultipliedWithoutLimit() {
    ByteSink page = new ByteSink();
    page.u8(ListPage.KIND);
    page.varint(0);
    page.varint(4000);
    page.u8(2 | ListPage.NEW_PATH);
    page.varint(0);
    page.sized(TreePaths.utf8("a".repeat(4000)));
    for (int i = 0; i < 3999; i++) {
      page.u8(2 | ListPage.NEW_PATH);
      page.varint(3990);
      page.sized(TreePaths.utf8(String.format(java.util.Locale.ROOT, "b%06d", i)));
    }
    assertThatThrownBy(() -> ListPage.decode(page.toBytes(), "page"))
        .isInstanceOf(CorruptRepositoryException.class)
        .hasMessageContaining("paths");
  }
}
