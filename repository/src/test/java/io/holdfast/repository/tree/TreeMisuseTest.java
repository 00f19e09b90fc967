package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TreeMisuseTest {
  private static final int EXTENT = FileLayout.EXTENT_BYTES;

  private final TestChunks chunks = new TestChunks();

  @Test
  void misuseIsRefused() throws IOException {
    TreeWriter writer = new TreeWriter(chunks, Optional.empty());
    byte[] extent = new byte[EXTENT];
    writer.putExtent("a", ModelTree.PAGED, 0, extent, EXTENT);
    assertThatThrownBy(() -> writer.putExtent("a", ModelTree.PAGED, 0, extent, EXTENT))
        .isInstanceOf(IllegalStateException.class);
    for (FileLayout layout :
        List.of(ModelTree.STREAM, ModelTree.LINES, new FileLayout.Paged(1024))) {
      assertThatThrownBy(() -> writer.putExtent("a", layout, 1, extent, 5))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int length : new int[] {0, -1, EXTENT + 1}) {
      assertThatThrownBy(() -> writer.putExtent("a", ModelTree.PAGED, 1, extent, length))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> writer.putExtent("../a", ModelTree.PAGED, 1, extent, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    writer.putFile(ModelTree.entry("a", EXTENT + 5L), ModelTree.PAGED);
    assertThatThrownBy(() -> writer.putFile(ModelTree.entry("a", 1), ModelTree.PAGED))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(writer::finish)
        .as("an extent is missing")
        .isInstanceOf(IllegalStateException.class);
    writer.putExtent("a", ModelTree.PAGED, 1, extent, 6);
    assertThatThrownBy(writer::finish)
        .as("it is too long")
        .isInstanceOf(IllegalStateException.class);
  }
}
