package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LineCutterTest {
  private static List<Integer> pieces(byte[] text) {
    List<Integer> lengths = new ArrayList<>();
    for (int from = 0; from < text.length; ) {
      int end = LineCutter.pieceEnd(text, from);
      lengths.add(end - from);
      from = end;
    }
    return lengths;
  }

  @Test
  void piecesEndAtLinesAndAreAbout16KiB() {
    byte[] text = TreeRoundTripTest.lines(20_000);
    List<Integer> lengths = pieces(text);
    int at = 0;
    for (int length : lengths.subList(0, lengths.size() - 1)) {
      at += length;
      assertThat(text[at - 1]).isEqualTo((byte) '\n');
      assertThat(length).isBetween(LineCutter.PIECE_BYTES_MIN, LineCutter.PIECE_BYTES_MAX);
    }
    assertThat(text.length / lengths.size()).isBetween(12 << 10, 20 << 10);
  }

  @Test
  void textWithoutLinesIsCutAtTheLimit() {
    assertThat(pieces(new byte[150_000])).containsExactly(49152, 49152, 49152, 2544);
  }

  @Test
  void aManifestThatChangesInFewLinesIsStoredInFewPieces() throws IOException {
    TestChunks chunks = new TestChunks();
    ModelTree model = new ModelTree();
    String text = new String(TreeRoundTripTest.lines(6000), StandardCharsets.UTF_8);
    model.put("backup_manifest", ModelTree.LINES, text.getBytes(StandardCharsets.UTF_8));
    TreeSummary first = model.write(chunks, Optional.empty());
    assertThat(first.dataBytes()).isEqualTo(text.length()).isGreaterThan(300_000);

    String changed =
        text.replace("base/5/1000\"", "base/5/1000x\"")
            .replace("base/5/3000\"", "base/5/3000\",\n\"inserted\"")
            .replace("base/5/5999\"", "base/5/6000\"");
    model.put("backup_manifest", ModelTree.LINES, changed.getBytes(StandardCharsets.UTF_8));
    TreeSummary second = model.write(chunks, first.root());

    assertThat(second.dataBytes()).isPositive().isLessThan(6 * 20_000);
    model.requireEqual(chunks, second.root());
  }
}
