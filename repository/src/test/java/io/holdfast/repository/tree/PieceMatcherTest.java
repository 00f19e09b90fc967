package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Which piece of the version before is guessed, where pieces were changed, inserted and removed. A
/// guess is right if it is the piece that the new one was made from.
class PieceMatcherTest {
  private static final int PIECES = 400;

  private final SplittableRandom random = Seeds.random(1);
  private final List<Integer> lengths = new ArrayList<>();
  private final FileContent before = new FileContent();
  private int guesses;
  private int right;

  PieceMatcherTest() {
    for (int i = 0; i < PIECES; i++) {
      int length = 196_608 + random.nextInt(60_000);
      lengths.add(length);
      before.add(new Streamed(length, id(i)));
    }
  }

  @Test
  void everyChangedPieceIsGuessedAtItsPlace() {
    PieceMatcher matcher = new PieceMatcher(before);
    for (int i = 0; i < PIECES; i++) {
      changed(matcher, i, lengths.get(i) + random.nextInt(-500, 500));
    }
    assertThat(right).isEqualTo(PIECES);
  }

  @Test
  void behindAnInsertionThePlaceIsFoundByAPieceThatIsTheSame() {
    PieceMatcher matcher = new PieceMatcher(before);
    for (int i = 0; i < 10; i++) {
      changed(matcher, i, lengths.get(i));
    }
    inserted(matcher, 20);
    matcher.tookKnown(id(10), lengths.get(10));
    for (int i = 11; i < PIECES; i++) {
      changed(matcher, i, lengths.get(i));
    }
    assertThat(right).isEqualTo(PIECES - 1);
  }

  @Test
  void behindAnInsertionThePlaceIsFoundByLengthsToo() {
    PieceMatcher matcher = new PieceMatcher(before);
    inserted(matcher, 150);
    for (int i = 0; i < PIECES; i++) {
      changed(matcher, i, lengths.get(i) + random.nextInt(-500, 500));
    }
    assertThat(right).isGreaterThan(PIECES - 20);
  }

  @Test
  void behindARemovalThePlaceIsFoundToo() {
    PieceMatcher matcher = new PieceMatcher(before);
    for (int i = 100; i < PIECES; i++) {
      changed(matcher, i, lengths.get(i) + random.nextInt(-500, 500));
    }
    assertThat(right).isGreaterThan(PIECES - 120);
  }

  @Test
  void ofAFileThatIsAllNewFewPiecesAreCompared() {
    PieceMatcher matcher = new PieceMatcher(before);
    inserted(matcher, PIECES);
    assertThat(guesses).isLessThan(PIECES / 3);
  }

  @Test
  void zerosAndVersionsWithoutPiecesAreNoHindrance() {
    FileContent holes = new FileContent();
    holes.add(new Zero(300_000));
    holes.add(new Streamed(200_000, id(1)));
    PieceMatcher matcher = new PieceMatcher(holes);
    assertThat(matcher.guess(300_000)).isEmpty();
    matcher.tookZeros(300_000);
    assertThat(matcher.guess(200_000)).containsExactly(id(1));
    assertThat(new PieceMatcher(new FileContent()).guess(5)).isEmpty();
  }

  /// The next piece was made from one of the version before.
  private void changed(PieceMatcher matcher, int from, int length) {
    List<ChunkId> guessed = matcher.guess(length);
    assertThat(guessed).hasSizeLessThanOrEqualTo(2);
    int number = guessed.indexOf(id(from));
    if (number >= 0) {
      right++;
      matcher.tookGuess(number, length);
    } else {
      matcher.tookNothing(length);
    }
  }

  private void inserted(PieceMatcher matcher, int pieces) {
    for (int i = 0; i < pieces; i++) {
      int length = 196_608 + random.nextInt(60_000);
      guesses += matcher.guess(length).isEmpty() ? 0 : 1;
      matcher.tookNothing(length);
    }
  }

  private static ChunkId id(int number) {
    byte[] id = new byte[ChunkId.BYTES];
    id[0] = (byte) (number >> 8);
    id[1] = (byte) number;
    return ChunkId.wrap(id);
  }
}
