package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.holdfast.repository.ChunkId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Stored bytes follow change, metadata included.
final class TreeCostTest {
  private static final int FILES = 24;
  private static final int PAGES_PER_FILE = 340;

  private final SplittableRandom random = new SplittableRandom(11);
  private final TestChunks chunks = new TestChunks();
  private final ModelTree model = new ModelTree();
  private final List<byte[]> relations = new ArrayList<>();

  @BeforeEach
  void aCluster() {
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = ModelTree.pages(random, PAGES_PER_FILE);
      relations.add(bytes);
      model.put("base/16384/" + (16384 + i), ModelTree.PAGED, bytes);
    }
    for (int i = 0; i < 300; i++) {
      model.put("base/16384/small_" + i, ModelTree.PAGED, ModelTree.pages(random, 1));
    }
  }

  /// Changes pages anywhere, and the times of their files; returns what the new pages take when
  /// they are compressed together.
  private long change(int pages, int generation) {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    for (int i = 0; i < pages; i++) {
      int file = random.nextInt(FILES);
      int page = random.nextInt(PAGES_PER_FILE);
      byte[] bytes = relations.get(file);
      ModelTree.fillPage(random, bytes, page);
      changed.write(bytes, page * 8192, 8192);
      model.touch("base/16384/" + (16384 + file), 1_800_000_000L + generation);
    }
    return Zstd.compress(changed.toByteArray(), 3).length;
  }

  @ParameterizedTest(name = "{0} of {1} pages")
  @CsvSource({"1, 8160, 3000", "8, 8160, 0", "82, 8160, 0"})
  void oneBackupCostsItsChangedPages(int pages, int all, int floorBytes) throws IOException {
    assertThat(FILES * PAGES_PER_FILE).isEqualTo(all);
    ChunkId first = model.write(chunks, Optional.empty()).root();
    long before = chunks.compressedBytes();
    long changed = change(pages, 1);

    TreeSummary second = model.write(chunks, first);

    assertThat(chunks.compressedBytes() - before).isLessThanOrEqualTo(changed * 3 / 2 + floorBytes);
    assertThat(second.pagesPatched()).isEqualTo(second.pagesOverridden()).isPositive();
    assertThat(second.extentsWhole()).isZero();
    model.requireEqual(chunks, second.root());
  }

  @ParameterizedTest(name = "{0} pages a generation")
  @CsvSource({"8", "82"})
  void manyBackupsCostAboutTwiceTheirChangedPages(int pages) throws IOException {
    ChunkId root = model.write(chunks, Optional.empty()).root();
    long changedAll = 0;
    long before = chunks.compressedBytes();
    for (int generation = 1; generation <= 30; generation++) {
      changedAll += change(pages, generation);
      root = model.write(chunks, root).root();
    }
    double factor = (double) (chunks.compressedBytes() - before) / changedAll;
    assertThat(factor).isLessThan(2.5);
    model.requireEqual(chunks, root);
  }

  @Test
  void aFileWhoseTimeChangedCostsOneRecord() throws IOException {
    ChunkId first = model.write(chunks, Optional.empty()).root();
    long before = chunks.compressedBytes();
    model.touch("base/16384/16390", 5);
    model.files.remove("base/16384/small_7");

    TreeSummary second = model.write(chunks, first);

    assertThat(chunks.compressedBytes() - before).isLessThan(1000);
    assertThat(second.overlayBytes()).isBetween(50L, 250L);
    model.requireEqual(chunks, second.root());
  }
}
