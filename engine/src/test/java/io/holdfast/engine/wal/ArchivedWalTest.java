package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.Lsn;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalMissingException;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Observations too: they are read through the same archive.
class ArchivedWalTest {
  private static final int SEGMENT = 1 << 20;
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456Z");

  private static final Lsn NONE = new Lsn(0);

  private final byte[] wal = Seeds.entropy(1).bytes(6 * SEGMENT);
  private final MemoryBlobStore store = new MemoryBlobStore();
  private Repository repository;
  private WalArchive archive;

  @BeforeEach
  void archiveTwoRanges() throws IOException {
    repository = Repositories.init(store, 1);
    archive = SourceWal.open(repository, "main", 7, SEGMENT);
    put(1, SEGMENT, 0, 5 * SEGMENT);
    put(1, 6 * SEGMENT, 5 * SEGMENT, 8192);
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private void put(int timeline, long start, int at, int length) throws IOException {
    archive.put(new WalRange(timeline, start, start + length), wal, at, length, new byte[0]);
  }

  @Test
  void streamsBytesAcrossRangesAndPieces() throws Exception {
    ArchivedWal archived = new ArchivedWal(archive);
    int from = 100;
    int to = 5 * SEGMENT + 4096;
    try (InputStream stream =
        archived.read(1, new Lsn(SEGMENT + from), new Lsn((long) SEGMENT + to))) {
      assertThat(stream.read()).isEqualTo(wal[from] & 0xff);
      assertThat(stream.readAllBytes()).isEqualTo(Arrays.copyOfRange(wal, from + 1, to));
      assertThat(stream.read()).isEqualTo(-1);
    }
  }

  @Test
  void bytesThatAreNotArchivedAreAnErrorNotAnEnd() throws Exception {
    ArchivedWal archived = new ArchivedWal(archive);
    long end = 6L * SEGMENT + 8192;
    try (InputStream stream = archived.read(1, new Lsn(6L * SEGMENT), new Lsn(end + 1))) {
      assertThatThrownBy(stream::readAllBytes)
          .isInstanceOf(WalMissingException.class)
          .hasMessageContaining("0/602000");
    }
  }

  @Test
  void rangesAreListedOnceAndWithoutASummaryWhereThereIsNone() throws Exception {
    ArchivedWal archived = new ArchivedWal(archive);
    List<io.holdfast.postgres.recovery.WalRange> ranges = archived.ranges(1, NONE);
    assertThat(ranges).hasSize(2);
    assertThat(archived.summary(ranges.getFirst())).isEmpty();
    put(1, 6L * SEGMENT + 8192, 0, 8192);
    assertThat(archived.ranges(1, NONE)).hasSize(2);
    assertThat(new ArchivedWal(archive).ranges(1, NONE)).hasSize(3);
    assertThat(new ArchivedWal(archive).ranges(1, new Lsn(6L * SEGMENT))).hasSize(2);
    assertThat(archived.ranges(2, NONE)).isEmpty();
  }

  @Test
  void aSummaryThatCannotBeReadCostsOnlyTheSummary() throws Exception {
    archive.put(new WalRange(3, 0, 8192), wal, 0, 8192, new byte[] {1, 2, 3});
    ArchivedWal archived = new ArchivedWal(archive);
    assertThat(archived.ranges(3, NONE)).hasSize(1);
    assertThat(archived.summary(archived.ranges(3, NONE).getFirst())).isEmpty();
  }

  @Test
  void historiesAreReadByTimeline() throws Exception {
    assertThat(new ArchivedWal(archive).histories()).isEmpty();
    archive.putFile(
        "00000002.history", "1\t0/302000\tno reason\n".getBytes(StandardCharsets.UTF_8));
    Observations.note(archive, 2, NOON);

    assertThat(new ArchivedWal(archive).histories())
        .singleElement()
        .satisfies(
            history -> {
              assertThat(OptionalInt.of(history.timeline())).hasValue(2);
              assertThat(history.ancestors()).hasSize(1);
            });
  }

  @Test
  void theNewestObservationOfATimelineCounts() throws Exception {
    assertThat(new ArchivedWal(archive).observedUntil(1)).isEmpty();
    Observations.note(archive, 1, NOON);
    Observations.note(archive, 1, NOON.minusSeconds(5));
    Observations.note(archive, 2, NOON.plusSeconds(60));

    assertThat(new ArchivedWal(archive).observedUntil(1)).contains(NOON);
    assertThat(Observations.newest(archive))
        .containsOnly(Map.entry(1, NOON), Map.entry(2, NOON.plusSeconds(60)));
  }

  @Test
  void damagedNotesAndOtherSmallFilesDoNotMatter() throws Exception {
    archive.putFile(
        "00000002.history", "1\t0/302000\tno reason\n".getBytes(StandardCharsets.UTF_8));
    put(2, 0x300000, 0, 8192);
    Observations.note(archive, 1, NOON);
    List<BlobKey> before = smallFiles();
    Observations.note(archive, 1, NOON.plusSeconds(5));
    Observations.note(archive, 1, NOON.plusSeconds(6));
    List<BlobKey> damaged = smallFiles();
    damaged.removeAll(before);
    byte[] note = store.get(damaged.getFirst(), 1 << 20);
    note[note.length - 1] ^= 1;
    replace(damaged.getFirst(), note);
    replace(damaged.getLast(), new byte[3]);

    assertThat(new ArchivedWal(archive).histories()).hasSize(1);
    assertThat(new ArchivedWal(archive).observedUntil(1)).contains(NOON);
  }

  private List<BlobKey> smallFiles() throws IOException {
    List<BlobKey> keys = new ArrayList<>();
    store.list(
        "wal/",
        blob -> {
          if (blob.key().value().contains("/files/")) {
            keys.add(blob.key());
          }
        });
    return keys;
  }

  private void replace(BlobKey key, byte[] bytes) throws IOException {
    store.delete(key);
    store.putIfAbsent(key, ByteBuffer.wrap(bytes));
  }

  @Test
  void anObservationNotedTwiceIsOneAndTimesBefore2000Sort() throws Exception {
    Observations.note(archive, 1, NOON);
    Observations.note(archive, 1, NOON);
    Instant early = Instant.parse("1999-12-31T23:59:59Z");
    Observations.note(archive, 1, early);

    assertThat(archive.files()).hasSize(2);
    assertThat(Observations.newest(archive)).containsEntry(1, NOON);
  }

  @Test
  void anArchiveThatNobodyWroteIsAGapNotAnEmptyOne() {
    assertThatThrownBy(() -> SourceWal.require(repository, "main", 8))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WAL_GAP));
  }
}
