package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.StopRule;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Segments of 1 MiB; timeline 2 branches off at 8192 of segment 2.
class StagedWalTest {
  private static final int SEGMENT = 1 << 20;
  private static final long SWITCH = 2L * SEGMENT + 8192;

  @TempDir private Path directory = Path.of("");
  private final byte[] older = Seeds.entropy(1).bytes(SEGMENT + 8192);
  private final byte[] newer = Seeds.entropy(2).bytes(SEGMENT);
  private Repository repository;
  private WalArchive archive;

  @BeforeEach
  void archiveTwoTimelines() throws IOException {
    repository = Repositories.init(new MemoryBlobStore(), 1);
    archive = SourceWal.open(repository, "main", 7, SEGMENT);
    put(1, SEGMENT, older);
    put(2, SWITCH, newer);
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private void put(int timeline, long start, byte[] wal) throws IOException {
    archive.put(new WalRange(timeline, start, start + wal.length), wal, 0, wal.length, new byte[0]);
  }

  @Test
  void writesWholeSegmentsAndHistoriesForTheOwnerOnly() throws Exception {
    archive.putFile("00000002.history", "1\t0/202000\t\n".getBytes(StandardCharsets.UTF_8));

    stage(target(SWITCH + newer.length, 4L * SEGMENT));

    assertThat(names())
        .containsExactlyInAnyOrder(
            "00000002.history",
            "000000010000000000000001",
            "000000020000000000000002",
            "000000020000000000000003");
    assertThat(segment("000000010000000000000001")).isEqualTo(Arrays.copyOf(older, SEGMENT));
    byte[] shared = new byte[SEGMENT];
    System.arraycopy(older, SEGMENT, shared, 0, 8192);
    System.arraycopy(newer, 0, shared, 8192, SEGMENT - 8192);
    assertThat(segment("000000020000000000000002")).isEqualTo(shared);
    byte[] last = new byte[SEGMENT];
    System.arraycopy(newer, SEGMENT - 8192, last, 0, 8192);
    assertThat(segment("000000020000000000000003")).isEqualTo(last);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(staged())))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(staged().resolve("00000002.history"))))
        .isEqualTo("rw-------");
  }

  @Test
  void refusesWithoutTheHistory() {
    assertGap(target(SWITCH + newer.length, 4L * SEGMENT), "history of timeline 2");
  }

  @Test
  void refusesWhereWalIsMissing() throws Exception {
    archive.putFile("00000002.history", "1\t0/202000\t\n".getBytes(StandardCharsets.UTF_8));
    assertGap(target(SWITCH + newer.length, 5L * SEGMENT), "no WAL is archived for the segment");
  }

  @Test
  void stopsBetweenSegmentsWhenCancelled() {
    Cancellation cancellation = new Cancellation();
    cancellation.request();
    assertThatThrownBy(
            () ->
                new StagedWal(archive, directory, new Owner.Ourselves())
                    .write(
                        target(SWITCH + newer.length, 4L * SEGMENT),
                        TestEngine.context(cancellation)))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    assertThat(staged()).isEmptyDirectory();
  }

  private void assertGap(ResolvedTarget target, String text) {
    assertThatThrownBy(() -> stage(target))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.WAL_GAP);
              assertThat(e.text()).contains(text);
            });
  }

  private void stage(ResolvedTarget target) throws IOException {
    new StagedWal(archive, directory, new Owner.Ourselves()).write(target, TestEngine.context());
  }

  private static ResolvedTarget target(long end, long neededTo) {
    return new ResolvedTarget(
        2,
        new Lsn(end),
        StopRule.AFTER_RECORD,
        Optional.empty(),
        new Lsn(SEGMENT),
        new Lsn(neededTo),
        List.of(
            new WalPiece(1, new Lsn(SEGMENT), new Lsn(SWITCH)),
            new WalPiece(2, new Lsn(SWITCH), new Lsn(end))),
        List.of(2),
        List.of());
  }

  private Path staged() {
    return directory.resolve(StagedWal.DIRECTORY);
  }

  private byte[] segment(String name) throws IOException {
    return Files.readAllBytes(staged().resolve(name));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(staged())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
