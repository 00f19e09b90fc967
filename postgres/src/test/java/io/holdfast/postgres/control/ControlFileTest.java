package io.holdfast.postgres.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.control.ControlFile.CommitTimestamps;
import io.holdfast.postgres.control.ControlFile.FullPageWrites;
import io.holdfast.postgres.control.ControlFile.HintBitLogging;
import io.holdfast.postgres.page.Checksums;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFileTest {
  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void saysWhatTheServerItselfSays(int version) throws Exception {
    try (TestCluster cluster = TestCluster.create(version, "--data-checksums", "--wal-segsize=4")) {
      cluster.configure(
          "max_connections = 123",
          "max_worker_processes = 11",
          "max_wal_senders = 7",
          "max_prepared_transactions = 5",
          "max_locks_per_transaction = 77",
          "wal_level = logical",
          "wal_log_hints = on",
          "track_commit_timestamp = on");
      cluster.start();
      cluster.sql("CREATE TABLE t AS SELECT 1");
      cluster.sql("CHECKPOINT");
      ControlFile control = ControlFile.read(cluster.data());

      assertThat(control.state()).isEqualTo(ClusterState.IN_PRODUCTION);
      assertThat(
              List.of(
                  Integer.toString(control.controlVersion()),
                  Integer.toString(control.catalogVersion()),
                  control.systemIdentifierText()))
          .isEqualTo(
              row(
                  cluster,
                  "SELECT pg_control_version, catalog_version_no, system_identifier FROM pg_control_system()"));
      assertThat(
              List.of(
                  control.checkpoint().lsn().toString(),
                  control.checkpoint().redo().toString(),
                  Integer.toString(control.checkpoint().timeline()),
                  Integer.toString(control.checkpoint().previousTimeline()),
                  control.checkpoint().fullPageWrites() == FullPageWrites.ON ? "t" : "f",
                  Long.toString(control.checkpoint().time().getEpochSecond())))
          .isEqualTo(
              row(
                  cluster,
                  "SELECT checkpoint_lsn, redo_lsn, timeline_id, prev_timeline_id, full_page_writes,"
                      + " extract(epoch FROM checkpoint_time)::bigint FROM pg_control_checkpoint()"));
      assertThat(
              List.of(
                  control.pageSize(),
                  control.blocksPerSegment(),
                  control.walPageSize(),
                  control.walSegmentSize(),
                  control.checksums() == Checksums.ON ? 1 : 0))
          .extracting(Object::toString)
          .isEqualTo(
              row(
                  cluster,
                  "SELECT database_block_size, blocks_per_segment, wal_block_size,"
                      + " bytes_per_wal_segment, data_page_checksum_version FROM pg_control_init()"));
      assertThat(control.sharedSizes()).isEqualTo(new SharedSizes(123, 11, 7, 5, 77));
      assertThat(control.walLevel()).isEqualTo(WalLevel.LOGICAL);
      assertThat(control.hintBitLogging()).isEqualTo(HintBitLogging.ON);
      assertThat(control.commitTimestamps()).isEqualTo(CommitTimestamps.ON);

      cluster.stop();
      assertThat(ControlFile.read(cluster.data()).state()).isEqualTo(ClusterState.SHUT_DOWN);
    }
  }

  @Test
  void saysWhatPgControldataSays() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      ControlFile control = ControlFile.read(cluster.data());
      Map<String, String> facts =
          TestPrograms.run(
                  List.of(
                      cluster.programs().program("pg_controldata").toString(),
                      cluster.data().toString()))
              .lines()
              .map(line -> line.split(": *", 2))
              .collect(Collectors.toMap(part -> part[0], part -> part[1]));
      assertThat(facts)
          .containsEntry("Database system identifier", control.systemIdentifierText())
          .containsEntry("Latest checkpoint location", control.checkpoint().lsn().toString())
          .containsEntry(
              "Latest checkpoint's REDO location", control.checkpoint().redo().toString())
          .containsEntry(
              "Minimum recovery ending location",
              control.backupPoints().minimumRecovery().toString())
          .containsEntry("Backup start location", control.backupPoints().start().toString())
          .containsEntry(
              "wal_level setting", control.walLevel().name().toLowerCase(java.util.Locale.ROOT))
          .containsEntry("wal_log_hints setting", "off")
          .containsEntry("max_connections setting", "" + control.sharedSizes().connections())
          .containsEntry("Data page checksum version", "0");
      assertThat(control.checksums()).isEqualTo(Checksums.OFF);
      assertThat(control.hintBitLogging()).isEqualTo(HintBitLogging.OFF);
      assertThat(control.commitTimestamps()).isEqualTo(CommitTimestamps.OFF);

      refusesEveryDamage(Files.readAllBytes(cluster.data().resolve(ControlFile.PATH)));
    }
  }

  private static void refusesEveryDamage(byte[] file) {
    for (int at = 0; at < 292; at++) {
      byte[] damaged = file.clone();
      damaged[at] ^= 0x10;
      assertThatThrownBy(() -> ControlFile.parse(damaged))
          .as("byte %d", at)
          .isInstanceOf(BackupException.class)
          .extracting(e -> ((BackupException) e).code())
          .isIn(ErrorCode.CONTROL_FILE_UNREADABLE, ErrorCode.SERVER_VERSION_UNSUPPORTED);
    }
    refused(Arrays.copyOf(file, 8191), ErrorCode.CONTROL_FILE_UNREADABLE, "8191 bytes");
    refused(Arrays.copyOf(file, 8193), ErrorCode.CONTROL_FILE_UNREADABLE, "more than 8192");
    refused(new byte[8192], ErrorCode.SERVER_VERSION_UNSUPPORTED, "version 0");
    refused(withInt(file, 8, 1201), ErrorCode.SERVER_VERSION_UNSUPPORTED, "1201");
    refused(withInt(file, 8, 1900), ErrorCode.SERVER_VERSION_UNSUPPORTED, "1900");
    refused(
        withInt(file, 8, Integer.reverseBytes(1300)),
        ErrorCode.SERVER_VERSION_UNSUPPORTED,
        "big-endian");
    refused(withCrc(withInt(file, 216, 3000)), ErrorCode.CONTROL_FILE_UNREADABLE, "page size 3000");
    refused(withCrc(withInt(file, 16, 77)), ErrorCode.CONTROL_FILE_UNREADABLE, "cluster state 77");
  }

  private static void refused(byte[] file, ErrorCode code, String message) {
    assertThatThrownBy(() -> ControlFile.parse(file))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(code);
  }

  private static byte[] withInt(byte[] file, int at, int value) {
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return changed;
  }

  private static byte[] withCrc(byte[] file) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, 288);
    return withInt(file, 288, (int) crc.getValue());
  }

  private static List<String> row(TestCluster cluster, String query) throws Exception {
    return List.of(cluster.sql(query).getFirst().split("\\|"));
  }
}
