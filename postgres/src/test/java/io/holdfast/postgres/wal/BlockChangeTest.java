package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.wal.BlockChange.Effect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Block references of WAL that real servers wrote.
class BlockChangeTest {
  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void firstChangeAfterACheckpointReplacesThePageAndLaterOnesAmendIt(int major)
      throws IOException, SQLException {
    try (TestCluster cluster = TestCluster.create(major, "--data-checksums")) {
      cluster.start();
      long fileNumber;
      long database;
      Lsn redo;
      Lsn between;
      Lsn after;
      try (Connection connection = cluster.connect()) {
        TestCluster.sql(
            connection,
            "CREATE TABLE t AS SELECT n, repeat('x', 500) AS filler FROM generate_series(1, 100) n");
        TestCluster.sql(connection, "ALTER TABLE t SET (autovacuum_enabled = off)");
        fileNumber = number(connection, "SELECT pg_relation_filenode('t')");
        database =
            number(connection, "SELECT oid FROM pg_database WHERE datname = current_database()");
        TestCluster.sql(connection, "CHECKPOINT");
        redo = position(connection, "SELECT redo_lsn FROM pg_control_checkpoint()");
        TestCluster.sql(connection, "DELETE FROM t WHERE n = 1");
        between = position(connection, "SELECT pg_current_wal_insert_lsn()");
        TestCluster.sql(connection, "DELETE FROM t WHERE n = 2");
        after = position(connection, "SELECT pg_current_wal_insert_lsn()");
        TestCluster.sql(
            connection, "INSERT INTO t SELECT n, repeat('y', 500) FROM generate_series(1, 40) n");
      }
      cluster.stop();
      List<Seen> seen = new ArrayList<>();
      for (Seen change : changes(cluster.data(), major, redo)) {
        if (change.change().fileNumber() == fileNumber) {
          assertThat(change.change().database()).isEqualTo(database);
          assertThat(change.change().tablespace()).isEqualTo(1663);
          seen.add(change);
        }
      }
      assertThat(seen.getFirst().change())
          .as("the first delete carries the page")
          .isEqualTo(new BlockChange(1663, database, fileNumber, 0, 0, Effect.REPLACES));
      assertThat(seen)
          .as("the second delete does not")
          .anySatisfy(
              change -> {
                assertThat(change.at().isBefore(between)).isFalse();
                assertThat(change.at().isBefore(after)).isTrue();
                assertThat(change.change().effect()).isEqualTo(Effect.AMENDS);
                assertThat(change.change().block()).isZero();
              });
      long newBlock = 100 / 15 + 2;
      assertThat(seen)
          .as("a new page is made whole")
          .anySatisfy(
              change -> {
                assertThat(change.change().block()).isGreaterThanOrEqualTo(newBlock - 1);
                assertThat(change.change().effect()).isEqualTo(Effect.REPLACES);
              });
    }
  }

  private record Seen(Lsn at, BlockChange change) {}

  private static List<Seen> changes(Path data, int major, Lsn start) throws IOException {
    WalFormat format =
        new WalFormat(WalVersion.ofMajor(major).orElseThrow(), WalSegmentSize.DEFAULT, 1);
    WalReader reader = WalReader.atRecord(format, start);
    List<Seen> seen = new ArrayList<>();
    Lsn segment = WalSegmentSize.DEFAULT.floor(start);
    int skip = (int) start.minus(segment);
    while (reader.end().isEmpty()) {
      byte[] bytes =
          Files.readAllBytes(
              data.resolve("pg_wal")
                  .resolve(WalSegmentName.of(1, segment, WalSegmentSize.DEFAULT).toString()));
      reader.feed(
          ByteBuffer.wrap(bytes, skip, bytes.length - skip),
          record -> {
            record.blockChanges().forEach(change -> seen.add(new Seen(record.start(), change)));
            return true;
          });
      skip = 0;
      segment = segment.plus(WalSegmentSize.DEFAULT.bytes());
    }
    assertThat(seen).isNotEmpty();
    return seen;
  }

  private static long number(Connection connection, String query) throws SQLException {
    return Long.parseLong(TestCluster.sql(connection, query).getFirst());
  }

  private static Lsn position(Connection connection, String query) throws SQLException {
    return Lsn.parse(TestCluster.sql(connection, query).getFirst());
  }
}
