package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a writer holds for each file and extent, measured: a cluster of very many files must fit
/// into a small heap.
final class TreeWriterMemoryTest {
  private static final int FILES = 50_000;
  private static final int EXTENTS = 50_000;

  private final ChunkWriter chunks = new Forgetful(new TestChunks().ids());

  @Test
  void emptyFileTakesAFewHundredBytes() throws Exception {
    TreeWriter writer = new TreeWriter(chunks, Optional.empty());
    long before = usedBytes();
    for (int i = 0; i < FILES; i++) {
      Digest digest = Digest.of("00000000".getBytes(StandardCharsets.US_ASCII));
      writer.putFile(
          new FileEntry(
              "base/16384/" + (100_000 + i), FileKind.FILE, 0, 0600, 1, "", "1", "1", digest),
          ModelTree.STREAM);
    }
    assertThat((usedBytes() - before) / FILES).isBetween(100L, 350L);
    assertThat(writer.finish().files()).isEqualTo(FILES);
  }

  @Test
  void newExtentOfALargeFileTakesHardlyMoreThanItsId() throws Exception {
    TreeWriter writer = new TreeWriter(chunks, Optional.empty());
    byte[] extent = new byte[8192];
    long before = usedBytes();
    for (int i = 0; i < EXTENTS; i++) {
      extent[5000] = (byte) (i >> 8);
      extent[5001] = (byte) i;
      extent[5002] = 1;
      writer.putExtent("base/5/1", ModelTree.PAGED, i, extent, extent.length);
    }
    assertThat((usedBytes() - before) / EXTENTS).isBetween(30L, 80L);
  }

  private static long usedBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /// Says that it stores.
  private record Forgetful(ChunkIds ids) implements ChunkWriter {
    @Override
    public boolean contains(ChunkType type, ChunkId id) {
      return false;
    }

    @Override
    public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length) {
      return PutOutcome.STORED;
    }
  }
}
