package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TreeWriterTest {
  private static final int EXTENT = FileLayout.EXTENT_BYTES;

  private final TestChunks chunks = new TestChunks();
  private final ModelTree model = new ModelTree();
  private final SplittableRandom random = new SplittableRandom(5);

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void manyWorkersInAnyOrderGiveTheSameFiles(long seed) throws IOException {
    SplittableRandom pages = Seeds.random(seed);
    for (int i = 0; i < 6; i++) {
      model.put("base/" + i, ModelTree.PAGED, ModelTree.pages(pages, 1 + 70 * i));
    }
    ChunkId root = writeWithWorkers(seed, Optional.empty()).root();
    model.requireEqual(chunks, root);
    for (int generation = 0; generation < 3; generation++) {
      for (int i = 1; i < 6; i++) {
        byte[] bytes = model.require("base/" + i).bytes().clone();
        for (int change = 0; change < 20; change++) {
          ModelTree.fillPage(pages, bytes, pages.nextInt(bytes.length / 8192));
        }
        model.put("base/" + i, ModelTree.PAGED, bytes);
      }
      TreeSummary next =
          writeWithWorkers(seed + generation, Optional.of(TreeReader.open(chunks, root)));
      assertThat(next.pagesPatched()).isPositive();
      root = next.root();
      model.requireEqual(chunks, root);
    }
  }

  private TreeSummary writeWithWorkers(long seed, Optional<TreeReader> parent) throws IOException {
    TreeWriter writer = new TreeWriter(chunks, parent);
    List<Workers.Work> works = new ArrayList<>();
    for (ModelTree.ModelFile file : model.files.values()) {
      works.add(() -> writer.putFile(file.entry(), file.layout()));
      for (int at = 0; at < file.bytes().length; at += EXTENT) {
        int from = at;
        works.add(
            () -> {
              byte[] buffer =
                  Arrays.copyOfRange(
                      file.bytes(), from, Math.min(file.bytes().length, from + EXTENT));
              writer.putExtent(
                  file.entry().path(), file.layout(), from / EXTENT, buffer, buffer.length);
              Arrays.fill(buffer, (byte) 0xee);
            });
      }
    }
    Collections.shuffle(works, new Random(seed));
    ConcurrentLinkedQueue<Workers.Work> queue = new ConcurrentLinkedQueue<>(works);
    try (Workers workers = Workers.platform("tree-test")) {
      for (int i = 0; i < 4; i++) {
        workers.start(
            () -> {
              for (Workers.Work work = queue.poll(); work != null; work = queue.poll()) {
                work.run();
              }
            });
      }
      workers.join();
    }
    return writer.finish();
  }

  @Test
  void theSameCallsGiveTheSameChunks() throws IOException {
    RandomChanges changes = new RandomChanges(random, model);
    for (int i = 0; i < 10; i++) {
      changes.addFile();
    }
    TestChunks other = new TestChunks();
    ChunkId first = model.write(chunks, Optional.empty()).root();
    assertThat(model.write(other, Optional.empty()).root()).isEqualTo(first);
    for (int i = 0; i < 5; i++) {
      changes.change();
    }
    assertThat(model.write(other, first).root()).isEqualTo(model.write(chunks, first).root());
    assertThat(other.types()).isEqualTo(chunks.types());
  }

  @Test
  void filesWithTheSameContentShareTheirChunks() throws IOException {
    byte[] bytes = ModelTree.pages(random, 64);
    model.put("a", ModelTree.PAGED, bytes);
    model.put("b", ModelTree.PAGED, bytes);
    TreeSummary summary = model.write(chunks, Optional.empty());
    assertThat(summary.dataBytes()).isEqualTo(EXTENT);
    assertThat(summary.extentsWhole()).isEqualTo(2);
  }

  @Test
  void moreThanHalfOfThePagesChangedStoresTheExtentWhole() throws IOException {
    byte[] bytes = ModelTree.pages(random, 64);
    model.put("a", ModelTree.PAGED, bytes);
    ChunkId root = model.write(chunks, Optional.empty()).root();
    int[] changes = {10, 10, 12, 1};
    long[] overridden = {10, 20, 32, 0};
    int page = 0;
    for (int i = 0; i < changes.length; i++) {
      for (int end = page + changes[i]; page < end; page++) {
        ModelTree.fillPage(random, bytes, page);
      }
      TreeSummary summary = model.write(chunks, root);
      root = summary.root();
      assertThat(summary.pagesOverridden()).isEqualTo(overridden[i]);
      assertThat(summary.extentsWhole()).isEqualTo(i == 3 ? 1 : 0);
      model.requireEqual(chunks, root);
    }
  }

  @Test
  void aPageThatIsAsItWasInTheBaseIsNoLongerOverridden() throws IOException {
    byte[] bytes = ModelTree.pages(random, 64);
    byte[] original = bytes.clone();
    model.put("a", ModelTree.PAGED, bytes);
    ChunkId root = model.write(chunks, Optional.empty()).root();
    ModelTree.fillPage(random, bytes, 3);
    Arrays.fill(bytes, 8192 * 9, 8192 * 10, (byte) 0);
    TreeSummary changed = model.write(chunks, root);
    assertThat(changed.pagesOverridden()).isEqualTo(2);
    assertThat(changed.pagesPatched()).as("zeros take no slot").isEqualTo(1);
    model.requireEqual(chunks, changed.root());

    System.arraycopy(original, 0, bytes, 0, bytes.length);
    TreeSummary back = model.write(chunks, changed.root());

    assertThat(back.pagesOverridden()).isZero();
    assertThat(back.dataBytes()).isZero();
    model.requireEqual(chunks, back.root());
  }

  @Test
  void truncationAndRegrowthGoOnFromTheSameBase() throws IOException {
    byte[] bytes = ModelTree.pages(random, 60);
    model.put("a", ModelTree.PAGED, bytes);
    ChunkId root = model.write(chunks, Optional.empty()).root();
    model.put("a", ModelTree.PAGED, Arrays.copyOf(bytes, 50 * 8192));
    TreeSummary cut = model.write(chunks, root);
    assertThat(cut.dataBytes()).isZero();
    model.requireEqual(chunks, cut.root());

    byte[] regrown = Arrays.copyOf(bytes, 64 * 8192);
    for (int page = 55; page < 63; page++) {
      ModelTree.fillPage(random, regrown, page);
    }
    model.put("a", ModelTree.PAGED, regrown);
    TreeSummary grown = model.write(chunks, cut.root());
    assertThat(grown.pagesPatched()).isEqualTo(8);
    assertThat(grown.pagesOverridden()).as("the last page is zero").isEqualTo(9);
    model.requireEqual(chunks, grown.root());

    model.put("a", ModelTree.PAGED, Arrays.copyOf(bytes, 10 * 8192));
    TreeSummary small = model.write(chunks, grown.root());
    assertThat(small.extentsWhole()).as("less than a quarter of the base").isEqualTo(1);
    model.requireEqual(chunks, small.root());
  }

  @Test
  void pagesInAPatchChunkThatIsHardlyUsedAreWrittenAgain() throws IOException {
    byte[] bytes = ModelTree.pages(random, 64 * 20);
    model.put("a", ModelTree.PAGED, bytes);
    ChunkId root = model.write(chunks, Optional.empty()).root();
    for (int extent = 0; extent < 20; extent++) {
      ModelTree.fillPage(random, bytes, extent * 64);
    }
    TreeSummary twenty = model.write(chunks, root);
    ChunkId firstPatch = patches(twenty.root()).iterator().next();
    for (int extent = 0; extent < 16; extent++) {
      ModelTree.fillPage(random, bytes, extent * 64);
    }
    TreeSummary fourLeft = model.write(chunks, twenty.root());
    assertThat(fourLeft.pagesPatched()).isEqualTo(16);
    assertThat(patches(fourLeft.root())).hasSize(2).contains(firstPatch);

    TreeSummary rewritten = model.write(chunks, fourLeft.root());

    assertThat(rewritten.pagesPatched()).isEqualTo(4);
    assertThat(rewritten.extentsUnchanged()).isEqualTo(20);
    assertThat(patches(rewritten.root())).hasSize(2).doesNotContain(firstPatch);
    model.requireEqual(chunks, rewritten.root());
    assertThat(model.write(chunks, rewritten.root()).root()).isEqualTo(rewritten.root());
  }

  private Set<ChunkId> patches(ChunkId root) throws IOException {
    Set<ChunkId> patches = new HashSet<>();
    TreeReader.open(chunks, root)
        .forEachChunk(
            (type, id) -> {
              if (type == ChunkType.PATCH) {
                patches.add(id);
              }
            });
    return patches;
  }

  @Test
  void hashesThatDoNotProveTheBaseAreNotBelieved() throws IOException {
    byte[] bytes = ModelTree.pages(random, 64);
    model.put("a", ModelTree.PAGED, bytes);
    ChunkId root = model.write(chunks, Optional.empty()).root();
    ChunkId hashes =
        chunks.types().entrySet().stream()
            .filter(e -> e.getValue() == ChunkType.PAGE_HASHES)
            .findFirst()
            .orElseThrow()
            .getKey();
    byte[] other = chunks.read(ChunkType.PAGE_HASHES, hashes, 1 << 20);
    other[100] ^= 1;
    chunks.replace(ChunkType.PAGE_HASHES, hashes, other);
    ModelTree.fillPage(random, bytes, 3);

    TreeSummary summary = model.write(chunks, root);

    assertThat(summary.parentExtentsUnreadable()).isEqualTo(1);
    assertThat(summary.extentsWhole()).isEqualTo(1);
    model.requireEqual(chunks, summary.root());
  }

  @Test
  void listsAreFoldedWhenTheOverlayIsAQuarterOfTheBase() throws IOException {
    for (int i = 0; i < 2000; i++) {
      model.put("base/5/" + i, ModelTree.STREAM, new byte[] {(byte) i, (byte) (i >> 8)});
    }
    ChunkId root = model.write(chunks, Optional.empty()).root();
    List<Long> overlays = new ArrayList<>();
    for (int generation = 1; generation <= 12; generation++) {
      for (int i = 0; i < 150; i++) {
        model.touch("base/5/" + random.nextInt(2000), generation);
      }
      TreeSummary summary = model.write(chunks, root);
      overlays.add(summary.overlayBytes());
      root = summary.root();
      model.requireEqual(chunks, root);
    }
    assertThat(overlays.getFirst()).isPositive();
    assertThat(overlays).contains(0L);
    assertThat(overlays.indexOf(0L)).isGreaterThan(2);
    assertThat(overlays.getLast()).isPositive();
  }
}
