package io.holdfast.files.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.posix.Handle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutterTest {
  private final Cutter cutter = new Cutter(7);

  @TempDir Path directory;

  @Test
  void piecesAreNeitherTooShortNorTooLongAndNearWhatIsWanted() {
    byte[] bytes = random(1, 64 << 20);
    List<byte[]> pieces = cut(cutter, bytes);
    assertThat(pieces.subList(0, pieces.size() - 1))
        .allMatch(p -> p.length >= Cutter.PIECE_BYTES_MIN && p.length <= Cutter.PIECE_BYTES_MAX);
    int mean = bytes.length / pieces.size();
    assertThat(mean).isBetween(Cutter.PIECE_BYTES_WANTED - (64 << 10), 256 << 10);
  }

  @Test
  void anInsertionShiftsNothingBehindIt() {
    byte[] bytes = random(2, 16 << 20);
    byte[] changed = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, changed, 0, 5_000_000);
    System.arraycopy(bytes, 5_000_000, changed, 5_000_001, bytes.length - 5_000_000);
    Set<Integer> before = new HashSet<>();
    cut(cutter, bytes).forEach(piece -> before.add(Arrays.hashCode(piece)));
    List<byte[]> after = cut(cutter, changed);
    assertThat(after.stream().filter(piece -> !before.contains(Arrays.hashCode(piece))).count())
        .isLessThanOrEqualTo(3);
  }

  @Test
  void anotherKeyCutsElsewhere() {
    byte[] bytes = random(3, 8 << 20);
    assertThat(cut(cutter, bytes).getFirst().length)
        .isNotEqualTo(cut(new Cutter(8), bytes).getFirst().length);
  }

  @Test
  void aReaderCutsAsIfTheFileWereInMemory() throws IOException {
    for (int size : new int[] {0, 1, 65_536, 65_537, 1 << 20, 3_333_333}) {
      byte[] bytes = random(size, size);
      Path file = Files.write(directory.resolve("f" + size), bytes);
      List<byte[]> pieces = new ArrayList<>();
      try (Handle in = Handle.openDirectory(directory);
          Handle opened =
              in.open(
                  file.getFileName().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                  Handle.Use.READ)) {
        long read =
            new ContentReader(cutter)
                .read(
                    opened,
                    size == 0 ? List.of() : List.of(new Region(0, size)),
                    (piece, offset, length) ->
                        pieces.add(Arrays.copyOfRange(piece, offset, offset + length)));
        assertThat(read).isEqualTo(size);
      }
      assertThat(pieces.stream().map(Arrays::hashCode).toList())
          .isEqualTo(cut(cutter, bytes).stream().map(Arrays::hashCode).toList());
    }
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    SplittableRandom random = Seeds.random(seed);
    random.nextBytes(bytes);
    return bytes;
  }

  private static List<byte[]> cut(Cutter cutter, byte[] bytes) {
    List<byte[]> pieces = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int length = cutter.pieceBytes(bytes, at, bytes.length - at);
      pieces.add(Arrays.copyOfRange(bytes, at, at + length));
      at += length;
    }
    return pieces;
  }
}
