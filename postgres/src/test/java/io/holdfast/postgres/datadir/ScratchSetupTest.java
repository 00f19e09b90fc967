package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.control.ClusterState;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.control.ControlFile.BackupPoints;
import io.holdfast.postgres.control.ControlFile.Checkpoint;
import io.holdfast.postgres.control.ControlFile.CommitTimestamps;
import io.holdfast.postgres.control.ControlFile.EndRecord;
import io.holdfast.postgres.control.ControlFile.FullPageWrites;
import io.holdfast.postgres.control.ControlFile.HintBitLogging;
import io.holdfast.postgres.control.SharedSizes;
import io.holdfast.postgres.control.WalLevel;
import io.holdfast.postgres.page.Checksums;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScratchSetupTest {
  /// The server refuses to start otherwise.
  @ParameterizedTest(name = "{0} MiB")
  @CsvSource({"1, 80MB, 256MB", "16, 80MB, 256MB", "64, 128MB, 256MB", "1024, 2048MB, 2048MB"})
  void limitsOfWalAreAtLeastTwoSegments(int segmentMiB, String least, String most) {
    assertThat(
            new ScratchSetup("/tmp/s", List.of(), 16)
                .plan(15, control(segmentMiB << 20))
                .written()
                .getOrDefault("postgresql.conf", "")
                .lines())
        .contains("min_wal_size = '" + least + "'", "max_wal_size = '" + most + "'");
  }

  private static ControlFile control(int walSegmentSize) {
    Lsn start = new Lsn(0x1000028);
    return new ControlFile(
        7,
        1300,
        202209061,
        ClusterState.SHUT_DOWN,
        Instant.EPOCH,
        new Checkpoint(start, start, 1, 1, FullPageWrites.ON, Instant.EPOCH),
        new BackupPoints(new Lsn(0), 0, new Lsn(0), new Lsn(0), EndRecord.NOT_REQUIRED),
        WalLevel.REPLICA,
        HintBitLogging.OFF,
        CommitTimestamps.OFF,
        SharedSizes.DEFAULTS,
        8192,
        131072,
        8192,
        walSegmentSize,
        Checksums.ON);
  }
}
