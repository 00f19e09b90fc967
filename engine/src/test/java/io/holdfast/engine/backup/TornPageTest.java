package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.Checksums;
import io.holdfast.postgres.page.PageChecker;
import io.holdfast.postgres.page.ReplayWindow;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A page that was read while the server wrote it: first half old, second half new.
class TornPageTest {
  private static final int PAGE_BYTES = 8192;

  @Test
  void tornPageThatReplayRenewsIsExcusedAndADamagedOneIsNot() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS, "--data-checksums")) {
      cluster.start();
      String path;
      Lsn redo;
      Lsn end;
      byte[] before;
      try (Connection connection = cluster.connect()) {
        TestCluster.sql(
            connection,
            "CREATE TABLE t AS SELECT n, repeat('x', 500) AS filler FROM generate_series(1, 100)"
                + " n");
        path = TestCluster.sql(connection, "SELECT pg_relation_filepath('t')").getFirst();
        TestCluster.sql(connection, "VACUUM (FREEZE) t");
        TestCluster.sql(connection, "CHECKPOINT");
        before = Files.readAllBytes(cluster.data().resolve(path));
        redo =
            Lsn.parse(
                TestCluster.sql(connection, "SELECT redo_lsn FROM pg_control_checkpoint()")
                    .getFirst());
        TestCluster.sql(connection, "UPDATE t SET filler = repeat('y', 500) WHERE n = 1");
        end =
            Lsn.parse(TestCluster.sql(connection, "SELECT pg_current_wal_insert_lsn()").getFirst());
        TestCluster.sql(connection, "CHECKPOINT");
      }
      byte[] read = Files.readAllBytes(cluster.data().resolve(path));
      System.arraycopy(before, 0, read, 0, PAGE_BYTES / 2);
      read[3 * PAGE_BYTES + 5000] ^= 1;

      PageInspector inspector =
          new PageInspector(
              start ->
                  new PageChecker(
                      PAGE_BYTES, Checksums.ON, new ReplayWindow(start, start.plus(1L << 40))));
      inspector.begin(redo);
      inspector.inspect(path, 0, read, read.length);
      assertThat(inspector.findings(10)).hasSize(2);

      int withdrawn = inspector.withdraw(replaced(cluster.data(), redo, end, inspector.suspects()));

      assertThat(withdrawn).isEqualTo(1);
      assertThat(inspector.errors()).isEqualTo(1);
      assertThat(inspector.findings(10)).singleElement().asString().contains(path, "block 3");
    }
  }

  private static ReplacedBlocks replaced(
      Path data, Lsn start, Lsn end, Map<String, long[]> suspects) throws Exception {
    WalSegmentSize size = WalSegmentSize.DEFAULT;
    assertThat(size.floor(start)).as("one segment is enough").isEqualTo(size.floor(end));
    Path segment =
        data.resolve("pg_wal").resolve(WalSegmentName.of(1, size.floor(start), size).toString());
    try (InputStream wal = Files.newInputStream(segment)) {
      wal.skipNBytes(start.minus(size.floor(start)));
      return ReplacedBlocks.read(new WalFormat(WalVersion.V15, size, 1), start, end, wal, suspects);
    }
  }
}
