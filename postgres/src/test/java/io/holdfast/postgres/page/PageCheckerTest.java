package io.holdfast.postgres.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.PageFinding.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PageCheckerTest {
  private static final int SIZE = 8192;
  private static final ReplayWindow FROM_5_TO_9 = new ReplayWindow(new Lsn(5000), new Lsn(9000));

  private final PageChecker atRest = new PageChecker(SIZE, Checksums.ON, ReplayWindow.NONE);

  static LongStream seeds() {
    return Seeds.stream();
  }

  @Test
  void newPagesAreFine() {
    assertThat(atRest.check(new byte[4 * SIZE], 0, 4 * SIZE, 0)).isEmpty();
  }

  @Test
  void aNewPageWithOneForeignByteIsAFinding() {
    byte[] page = new byte[SIZE];
    page[SIZE - 1] = 1;
    assertThat(atRest.check(page, 0, SIZE, 7))
        .extracting(PageFinding::block, PageFinding::reason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(7L, Reason.NEW_BUT_NOT_ZERO));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyChangedBitOfAnyPageIsFound(long seed) {
    SplittableRandom random = Seeds.random(seed);
    byte[] pages = new byte[16 * SIZE + 3];
    for (int page = 0; page < 16; page++) {
      fill(pages, 3 + page * SIZE, 100 + page, 1234, random);
    }
    assertThat(atRest.check(pages, 3, 16 * SIZE, 100)).isEmpty();
    for (int flip = 0; flip < 200; flip++) {
      int page = random.nextInt(16);
      int at = 3 + page * SIZE + random.nextInt(SIZE);
      byte bit = (byte) (1 << random.nextInt(8));
      pages[at] ^= bit;
      assertThat(atRest.check(pages, 3, 16 * SIZE, 100))
          .as("byte %d", at)
          .extracting(PageFinding::block)
          .containsExactly(100L + page);
      pages[at] ^= bit;
    }
  }

  @Test
  void aPageInTheWrongPlaceIsFound() {
    byte[] page = new byte[SIZE];
    fill(page, 0, 5, 1234, Seeds.random(1));
    assertThat(atRest.check(page, 0, SIZE, 6))
        .extracting(PageFinding::reason)
        .containsExactly(Reason.CHECKSUM);
  }

  @Test
  void damagedPagesThatReplayWillOverwriteAreNotJudged() {
    PageChecker live = new PageChecker(SIZE, Checksums.ON, FROM_5_TO_9);
    assertThat(findings(live, 4999)).hasSize(1);
    assertThat(findings(live, 5000)).isEmpty();
    assertThat(findings(live, 9000)).isEmpty();
  }

  @Test
  void damagedPagesThatClaimAPositionOfTheFutureAreJudged() {
    PageChecker live = new PageChecker(SIZE, Checksums.ON, FROM_5_TO_9);
    assertThat(findings(live, 9001)).hasSize(1);
    assertThat(findings(live, -1)).hasSize(1);
  }

  @Test
  void withoutChecksumsAContradictoryHeaderIsFoundAndChangedDataIsNot() {
    PageChecker checker = new PageChecker(SIZE, Checksums.OFF, ReplayWindow.NONE);
    byte[] page = new byte[SIZE];
    fill(page, 0, 0, 1234, Seeds.random(1));
    page[5000]++;
    assertThat(checker.check(page, 0, SIZE, 0)).isEmpty();
    ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).putShort(12, (short) 9000);
    assertThat(checker.check(page, 0, SIZE, 0))
        .extracting(PageFinding::reason)
        .containsExactly(Reason.HEADER);
  }

  @Test
  void aRestThatIsNoPageIsAFindingOnlyAtRest() {
    assertThat(atRest.check(new byte[SIZE], 0, SIZE - 1, 0))
        .extracting(PageFinding::reason)
        .containsExactly(Reason.INCOMPLETE);
    PageChecker live = new PageChecker(SIZE, Checksums.ON, FROM_5_TO_9);
    assertThat(live.check(new byte[SIZE], 0, SIZE - 1, 0)).isEmpty();
  }

  @Test
  void sizesThatNoServerHasAreRefused() {
    assertThatThrownBy(() -> new PageChecker(8000, Checksums.ON, ReplayWindow.NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageChecksum.of(new byte[SIZE], 0, 100, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static java.util.List<PageFinding> findings(PageChecker checker, long lsn) {
    byte[] page = new byte[SIZE];
    fill(page, 0, 0, lsn, Seeds.random(1));
    page[4000]++;
    return checker.check(page, 0, SIZE, 0);
  }

  private static void fill(byte[] target, int at, long block, long lsn, SplittableRandom random) {
    byte[] contents = new byte[SIZE];
    random.nextBytes(contents);
    ByteBuffer page = ByteBuffer.wrap(contents).order(ByteOrder.LITTLE_ENDIAN);
    page.putInt(0, (int) (lsn >>> 32)).putInt(4, (int) lsn).putShort(10, (short) 0);
    page.putShort(12, (short) 100).putShort(14, (short) 7000).putShort(16, (short) SIZE);
    page.putShort(18, (short) (SIZE | 4));
    page.putShort(8, (short) PageChecksum.of(contents, 0, SIZE, block));
    System.arraycopy(contents, 0, target, at, SIZE);
  }
}
