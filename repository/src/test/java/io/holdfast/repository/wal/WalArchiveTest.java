package io.holdfast.repository.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WalArchiveTest {
  private static final long SYSTEM = 0xfedcba9876543210L;
  private static final byte[] SUMMARY = {7, 8, 9};

  private final BlobStore store = new MemoryBlobStore();
  private final WalSealer sealer = new TestSealer(1);
  private final SplittableRandom random = new SplittableRandom(3);

  private WalArchive archive() throws IOException {
    return WalArchive.open(store, sealer, "erp", SYSTEM, 16 << 20);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    Arrays.fill(bytes, 0, length / 2, (byte) 'x');
    return bytes;
  }

  private static WalRange range(long start, int length) {
    return new WalRange(1, start, start + length);
  }

  private byte[] readBytes(int timeline, long start, long end) throws IOException {
    return archive().readBytes(timeline, archive().ranges(timeline), start, end);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8192, 4 << 20, (4 << 20) + 1, (16 << 20) - 5, 16 << 20})
  void aRangeOfAnyLengthComesBackWithItsSummary(int length) throws IOException {
    byte[] wal = bytes(length + 10);
    WalRange range = range(-1L - length, length);

    assertThat(archive().put(range, wal, 7, length, SUMMARY)).isEqualTo(PutOutcome.STORED);

    assertThat(archive().read(range)).isEqualTo(Arrays.copyOfRange(wal, 7, 7 + length));
    assertThat(archive().readSummary(range)).isEqualTo(SUMMARY);
    assertThat(archive().ranges(1)).containsExactly(range);
  }

  @Test
  void aSummaryLargerThanOneReadComesBack() throws IOException {
    byte[] summary = bytes(1 << 20);
    archive().put(range(0, 100), bytes(100), 0, 100, summary);
    assertThat(archive().readSummary(range(0, 100))).isEqualTo(summary);
    assertThatThrownBy(() -> archive().put(range(0, 1), bytes(1), 0, 1, new byte[(1 << 20) + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// A hole that stays is no reason to list a timeline again and again while it grows.
  @Test
  void aTimelineWithALastingHoleIsListedTwice() throws IOException {
    List<WalRange> expected = new ArrayList<>();
    for (long start : new long[] {0, 100, 1L << 40, (1L << 40) + 100}) {
      expected.add(range(start, 100));
      archive().put(range(start, 100), bytes(100), 0, 100, SUMMARY);
    }
    AtomicInteger listings = new AtomicInteger();
    BlobStore growing =
        new ForwardingBlobStore(store) {
          @Override
          public void names(String prefix, Consumer<String> each) throws IOException {
            super.names(prefix, each);
            WalRange next = range((1L << 40) + 100 + 100L * listings.incrementAndGet(), 100);
            expected.add(next);
            archive().put(next, bytes(100), 0, 100, SUMMARY);
          }
        };
    List<WalRange> found = WalArchive.of(growing, sealer, archive().lineage()).ranges(1);
    assertThat(listings).hasValue(2);
    assertThat(found).isEqualTo(expected.subList(0, 5));
    assertThat(WalArchive.of(growing, sealer, archive().lineage()).ranges(1, 300)).hasSize(7 - 2);
  }

  @Test
  void namesTellPositionsButNoSource() throws IOException {
    archive().put(new WalRange(0x1f, 0x16b374d848L, 0x16b374d900L), bytes(184), 0, 184, SUMMARY);
    archive().putFile("0000001F.history", new byte[] {1});

    List<String> names = new ArrayList<>();
    store.list("", blob -> names.add(blob.key().value()));

    String lineage = archive().lineage().id();
    assertThat(names).hasSize(3).noneMatch(n -> n.contains("erp") || n.contains("history"));
    assertThat(names)
        .contains("wal/" + lineage + "/0000001f/00000016b374d848-00000016b374d900")
        .contains("wal/" + lineage + "/about");
  }

  @Test
  void theSameBytesAgainAreAlreadyThere() throws IOException {
    byte[] wal = bytes(5000);
    archive().put(range(0, 5000), wal, 0, 5000, SUMMARY);
    assertThat(archive().put(range(0, 5000), wal, 0, 5000, new byte[0]))
        .isEqualTo(PutOutcome.ALREADY_THERE);
    assertThat(archive().conflicts(1)).isEmpty();
    assertThat(archive().readSummary(range(0, 5000))).isEqualTo(SUMMARY);
  }

  @Test
  void otherBytesUnderTheSameNameAreKeptBesideAndReported() throws IOException {
    byte[] first = bytes(5000);
    byte[] second = bytes(5000);
    archive().put(range(0, 5000), first, 0, 5000, SUMMARY);

    for (int i = 0; i < 2; i++) {
      assertThat(archive().put(range(0, 5000), second, 0, 5000, SUMMARY))
          .isEqualTo(PutOutcome.CONFLICT);
    }

    assertThat(archive().read(range(0, 5000))).isEqualTo(first);
    assertThat(archive().ranges(1)).containsExactly(range(0, 5000));
    assertThat(archive().conflicts(1)).hasSize(1);
    assertThat(archive().readVariant(archive().conflicts(1).getFirst())).isEqualTo(second);
    assertThat(archive().put(range(0, 5000), first, 0, 5000, SUMMARY))
        .isEqualTo(PutOutcome.ALREADY_THERE);
  }

  @Test
  void aDamagedRangeIsReplacedByTheNextPutOfIt() throws IOException {
    byte[] wal = bytes(5000);
    WalRange range = range(0, 5000);
    archive().put(range, wal, 0, 5000, SUMMARY);
    BlobKey key = new WalNames(archive().lineage().id()).range(range, "");
    byte[] object = store.get(key, Integer.MAX_VALUE);
    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(object, 0, object.length - 1));
    assertThatThrownBy(() -> archive().read(range)).isInstanceOf(CorruptRepositoryException.class);

    assertThat(archive().put(range, wal, 0, 5000, SUMMARY)).isEqualTo(PutOutcome.REPAIRED);
    assertThat(archive().put(range, wal, 0, 5000, SUMMARY)).isEqualTo(PutOutcome.ALREADY_THERE);

    assertThat(archive().read(range)).isEqualTo(wal);
    assertThat(archive().readSummary(range)).isEqualTo(SUMMARY);
    assertThat(archive().ranges(1)).containsExactly(range);
    assertThat(archive().conflicts(1)).isEmpty();
    store.delete(key);
    assertThat(archive().read(range)).isEqualTo(wal);
    assertThat(archive().ranges(1)).containsExactly(range);
  }

  @Test
  void framesOfAConflictCannotBeMixedIn() throws IOException {
    int length = (4 << 20) + 100;
    byte[] first = bytes(length);
    byte[] second = bytes(length);
    WalObject codec = new WalObject(sealer, archive().lineage().id());
    byte[] a = codec.encode(range(0, length), first, 0, new byte[0]);
    byte[] b = codec.encode(range(0, length), second, 0, new byte[0]);
    int lastFrame = 4 + 12 + 16 + 5 + 100;
    byte[] mixed = Arrays.copyOf(a, a.length);
    System.arraycopy(b, b.length - lastFrame, mixed, a.length - lastFrame, lastFrame);
    assertThat(codec.decode(range(0, length), a)).isEqualTo(first);
    assertThatThrownBy(() -> codec.decode(range(0, length), mixed))
        .isInstanceOf(CorruptRepositoryException.class);
  }

  @Test
  void timelinesAndRangesAreListedInOrder() throws IOException {
    byte[] wal = bytes(100);
    WalRange high = new WalRange(2, 0xffffffffffffff00L, 0xffffffffffffff64L);
    WalRange low = new WalRange(2, 0x10, 0x10 + 100);
    WalRange sign = new WalRange(2, 0x7fffffffffffffd0L, 0x8000000000000034L);
    WalRange other = new WalRange(0x80000001, 0, 100);
    for (WalRange range : List.of(high, other, sign, low)) {
      archive().put(range, wal, 0, 100, SUMMARY);
    }
    assertThat(archive().timelines()).containsExactly(2, 0x80000001);
    assertThat(archive().ranges(2)).containsExactly(low, sign, high);
    assertThat(archive().ranges(1)).isEmpty();
    assertThat(readBytes(2, sign.start(), sign.end())).isEqualTo(wal);
  }

  @Test
  void rangesThatEndBeforeAPositionCanBeLeftOut() throws IOException {
    WalRange first = range(0, 100);
    WalRange second = range(100, 100);
    WalRange across = range(50, 100);
    for (WalRange range : List.of(second, first, across)) {
      archive().put(range, bytes(100), 0, 100, SUMMARY);
    }
    assertThat(archive().ranges(1, 0)).containsExactly(first, across, second);
    assertThat(archive().ranges(1, 99)).containsExactly(first, across, second);
    assertThat(archive().ranges(1, 100)).containsExactly(across, second);
    assertThat(archive().ranges(1, 200)).isEmpty();
  }

  @Test
  void foldersWithoutARangeOrARecordAreNoTimelinesAndNoLineages() throws IOException {
    WalLineage mine = archive().lineage();
    String folder = "wal/" + mine.id();
    String unfinished = "wal/" + mine.id().substring(0, 16) + "0123456789abcdef";
    for (String name :
        List.of(
            folder + "/00000003/note",
            folder + "/00000003/0000000000000000-00000000000000ZZ",
            folder + "/00000003/0000000000000000-0000000000000010.x01234567",
            folder + "/00000003/0000000000000010-0000000000000010",
            folder + "/00000000/0000000000000000-0000000000000010",
            unfinished + "/00000001/0000000000000000-0000000000000010")) {
      store.putIfAbsent(new BlobKey(name), ByteBuffer.allocate(1));
    }
    archive().put(range(0, 100), bytes(100), 0, 100, SUMMARY);
    assertThat(archive().timelines()).containsExactly(1);
    assertThat(archive().timelineFolders()).containsExactly(1, 3);
    assertThat(archive().ranges(3)).isEmpty();
    assertThat(WalArchive.lineages(store, sealer)).containsExactly(mine);
  }

  @Test
  void filesOfOneLengthAreToldFromOthersWithoutOpeningThem() throws IOException {
    archive().putFile("abc", new byte[0]);
    archive().putFile("b", new byte[2]);
    archive().putFile("c", new byte[3]);
    assertThat(archive().filesOf(3)).containsExactly("abc", "b");
    assertThat(archive().filesBut(3)).containsExactly("c");
    assertThat(archive().files()).containsExactly("abc", "b", "c");
  }

  @Test
  void lineagesAreFoundWithTheirKeyOnly() throws IOException {
    WalLineage mine = archive().lineage();
    WalLineage upgraded = WalArchive.open(store, sealer, "erp", 5, 64 << 20).lineage();
    WalSealer stranger = new TestSealer(2);
    WalLineage theirs = WalArchive.open(store, stranger, "erp", SYSTEM, 16 << 20).lineage();

    assertThat(WalArchive.lineages(store, sealer)).containsExactlyInAnyOrder(mine, upgraded);
    assertThat(WalArchive.lineages(store, stranger)).containsExactly(theirs);
    assertThat(mine.source()).isEqualTo("erp");
    assertThat(mine.systemIdentifier()).isEqualTo(SYSTEM);
    assertThat(upgraded.segmentBytes()).isEqualTo(64 << 20);
    assertThat(archive().lineage()).isEqualTo(mine);
  }

  @Test
  void aSegmentSizeThatChangesIsRefused() throws IOException {
    archive();
    assertThatThrownBy(() -> WalArchive.open(store, sealer, "erp", SYSTEM, 32 << 20))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DIFFERENT_CLUSTER));
  }

  @Test
  void smallFilesComeBackUnderTheirNames() throws IOException {
    byte[] history =
        "1\t0/3000000\tno recovery target specified\n"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(archive().putFile("00000002.history", history)).isEqualTo(PutOutcome.STORED);
    assertThat(archive().putFile("00000002.history", history)).isEqualTo(PutOutcome.ALREADY_THERE);
    assertThat(archive().putFile("00000003.history", new byte[0])).isEqualTo(PutOutcome.STORED);
    assertThat(archive().putFile("00000002.history", new byte[1])).isEqualTo(PutOutcome.CONFLICT);
    assertThat(archive().file("00000002.history")).contains(history);
    assertThat(archive().file("00000003.history")).contains(new byte[0]);
    assertThat(archive().file("00000004.history")).isEmpty();
    assertThat(archive().files()).containsExactly("00000002.history", "00000003.history");
  }

  @Test
  void missingWalIsNamedByItsFirstPosition() throws IOException {
    byte[] wal = bytes(300);
    archive().put(range(1000, 100), wal, 0, 100, SUMMARY);
    archive().put(range(1200, 100), wal, 200, 100, SUMMARY);

    assertMissing(1000, 1300, 1100, ErrorCode.WAL_GAP);
    assertMissing(1250, 1301, 1300, ErrorCode.WAL_NOT_YET_THERE);
    assertMissing(0, 10, 0, ErrorCode.WAL_GAP);
    assertThat(readBytes(1, 1010, 1100)).isEqualTo(Arrays.copyOfRange(wal, 10, 100));
    assertThat(readBytes(1, 5, 5)).isEmpty();
  }

  private void assertMissing(long start, long end, long position, ErrorCode code) {
    assertThatThrownBy(() -> readBytes(1, start, end))
        .isInstanceOfSatisfying(
            WalMissingException.class,
            e -> {
              assertThat(e.position()).isEqualTo(position);
              assertThat(e.timeline()).isEqualTo(1);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  @Test
  void rangesThatOverlapWithOtherBytesAreNotPutTogether() throws IOException {
    byte[] wal = bytes(200);
    archive().put(range(0, 100), wal, 0, 100, SUMMARY);
    archive().put(range(50, 100), wal, 51, 100, SUMMARY);
    assertThatThrownBy(() -> readBytes(1, 0, 150))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WAL_CONFLICT));
    assertThat(readBytes(1, 0, 50)).isEqualTo(Arrays.copyOf(wal, 50));
  }

  @Test
  void aLargeWindowIsHandedOverInOrderAndInPiecesOfARangeAtMost() throws IOException {
    byte[] wal = bytes(40 << 20);
    for (int start = 0; start < wal.length; start += 4 << 20) {
      int length = Math.min(start % (8 << 20) == 0 ? 9 << 20 : 5 << 20, wal.length - start);
      archive().put(range(start, length), wal, start, length, SUMMARY);
    }
    List<Integer> pieces = new ArrayList<>();
    ByteBuffer whole = ByteBuffer.allocate(wal.length);

    archive()
        .readBytes(
            1,
            archive().ranges(1),
            7,
            wal.length - 3,
            (bytes, offset, length) -> {
              pieces.add(length);
              whole.put(bytes, offset, length);
            });

    assertThat(whole.position()).isEqualTo(wal.length - 10);
    assertThat(Arrays.equals(whole.array(), 0, wal.length - 10, wal, 7, wal.length - 3)).isTrue();
    assertThat(pieces).hasSize(5).allMatch(length -> length <= WalRange.BYTES_MAX);
    assertThatThrownBy(() -> readBytes(1, 0, WalRange.BYTES_MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingIsHandedOverWhereWalIsMissing() throws IOException {
    byte[] wal = bytes(300);
    archive().put(range(0, 100), wal, 0, 100, SUMMARY);
    archive().put(range(200, 100), wal, 200, 100, SUMMARY);
    WalArchive archive = archive();
    assertThatThrownBy(
            () ->
                archive.readBytes(
                    1,
                    archive.ranges(1),
                    0,
                    300,
                    (_, _, _) -> {
                      throw new AssertionError("handed over");
                    }))
        .isInstanceOf(WalMissingException.class);
  }

  @Test
  void rangesThatCannotBeAreRefused() {
    for (long[] bad : new long[][] {{5, 5}, {6, 5}, {0, (16L << 20) + 1}, {-1, 1}, {0, -1}}) {
      assertThatThrownBy(() -> new WalRange(1, bad[0], bad[1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new WalRange(0, 1, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
