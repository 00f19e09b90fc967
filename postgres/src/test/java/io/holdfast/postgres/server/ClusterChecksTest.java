package io.holdfast.postgres.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.postgres.page.PageChecksum;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterChecksTest {
  private static final int PAGE = 8192;

  @Test
  void judgesEveryPageAsPgChecksumsDoes() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS, "--data-checksums")) {
      Path tablespace = Files.createDirectory(cluster.place().directory().resolve("space"));
      cluster.start();
      cluster.sql("CREATE TABLESPACE space LOCATION '" + tablespace + "'");
      cluster.sql(
          "CREATE TABLE t TABLESPACE space AS"
              + " SELECT n, repeat('x', 50) FROM generate_series(1, 20000) n");
      cluster.sql("CREATE INDEX i ON t (n)");
      cluster.sql("CREATE UNLOGGED TABLE u (n int PRIMARY KEY)");
      cluster.sql("VACUUM");
      assertThatThrownBy(() -> scan(cluster))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("IN_PRODUCTION");
      String path = cluster.sql("SELECT pg_relation_filepath('t')").getFirst();
      cluster.stop();

      CheckReport clean = scan(cluster);
      assertThat(clean.findings()).isEmpty();
      assertThat(clean.isClean()).isTrue();
      assertThat(clean.checked()).isEqualTo(checksumsCount(cluster, "Blocks scanned"));
      assertThat(checksumsCount(cluster, "Bad checksums")).isZero();

      flip(cluster.data().resolve(path), 3 * PAGE + 5000);
      CheckReport damaged = scan(cluster);
      assertThat(damaged.findings()).extracting(CheckFinding::where).containsExactly(path);
      assertThat(damaged.findings().getFirst().what()).startsWith("block 3: checksum");
      assertThat(checksumsCount(cluster, "Bad checksums")).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 17, 18})
  void pagesOfOtherVersionsHaveTheirChecksums(int version) throws Exception {
    try (TestCluster cluster = TestCluster.create(version, "--data-checksums")) {
      CheckReport report = scan(cluster);
      assertThat(report.findings()).isEmpty();
      assertThat(report.checked()).isGreaterThan(2000);
    }
  }

  @Test
  void findsIndexesAndTablesThatContradictThemselves() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS, "--data-checksums")) {
      cluster.start();
      cluster.sql("CREATE TABLE good AS SELECT n FROM generate_series(1, 1000) n");
      cluster.sql("CREATE TABLE bad AS SELECT n FROM generate_series(1, 1000) n");
      cluster.sql("CREATE TABLE torn AS SELECT n FROM generate_series(1, 1000) n");
      cluster.sql("CREATE INDEX good_i ON good (n)");
      cluster.sql("CREATE INDEX bad_i ON bad (n)");
      String bad = cluster.sql("SELECT pg_relation_filepath('bad_i')").getFirst();
      String torn = cluster.sql("SELECT pg_relation_filepath('torn')").getFirst();
      CheckReport clean = structure(cluster);
      assertThat(clean.findings()).isEmpty();
      assertThat(clean.remarks()).isEmpty();
      assertThat(clean.checked()).isGreaterThan(300);
      cluster.stop();

      swapFirstItems(cluster.data().resolve(bad), 1);
      breakFirstItem(cluster.data().resolve(torn), 0);
      assertThat(scan(cluster).findings()).as("the checksums are right").isEmpty();
      cluster.start();
      CheckReport damaged = structure(cluster);
      assertThat(damaged.findings())
          .extracting(CheckFinding::where)
          .containsOnly("postgres: index public.bad_i", "postgres: table public.torn");
      assertThat(damaged.isClean()).isFalse();
    }
  }

  @Test
  void whatAPreparedTransactionHoldsIsARemarkAndNotWaitedFor() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      cluster.configure("max_prepared_transactions = 1");
      cluster.start();
      cluster.sql("CREATE TABLE held (n int)");
      try (var connection = cluster.connect();
          var statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
        statement.execute("PREPARE TRANSACTION 'p'");
        connection.commit();
      }
      CheckReport report = structure(cluster);
      assertThat(report.findings()).isEmpty();
      assertThat(report.remarks()).singleElement().asString().contains("public.held");
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 18})
  void structureOfOtherVersionsIsChecked(int version) throws Exception {
    try (TestCluster cluster = TestCluster.create(version)) {
      cluster.start();
      CheckReport report = structure(cluster);
      assertThat(report.findings()).isEmpty();
      assertThat(report.checked()).isGreaterThan(300);
      assertThat(report.remarks()).hasSize(version < 14 ? 2 : 0);
    }
  }

  @Test
  void statementsOfTheUserFindWhatIsWrong() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      cluster.start();
      SqlScript script =
          SqlScript.parse(
              """
              CREATE TABLE t (n int);
              INSERT INTO t VALUES (1), (2);
              SELECT count(*) = 2 FROM t;
              SELECT count(*) = 3 FROM t;
              SELECT n, n < 2 AS ok FROM t ORDER BY n;
              SELECT n, n < 9 AS ok FROM t ORDER BY n;
              SELECT * FROM missing;
              SELECT NULL::boolean;
              SELECT n FROM t;
              """);
      CheckReport report;
      try (var connection = cluster.connect()) {
        report = SqlCheck.run(connection, script);
      }
      assertThat(report.checked()).isEqualTo(9);
      assertThat(report.findings())
          .containsExactly(
              new CheckFinding("line 4", "the answer is f, not true"),
              new CheckFinding("line 5", "row 2 is not ok"),
              new CheckFinding("line 7", "ERROR: relation \"missing\" does not exist"),
              new CheckFinding("line 8", "the answer is null, not true"));
    }
  }

  private static CheckReport scan(TestCluster cluster) throws Exception {
    return PageScan.run(cluster.data(), 2, new Cancellation(), Progress.NONE);
  }

  private static CheckReport structure(TestCluster cluster) throws Exception {
    return StructureCheck.run(
        cluster.server(),
        cluster.server().superuser(List.of("nobody_here", "postgres")),
        StructureCheck.Depth.COMPLETENESS,
        new Cancellation(),
        Progress.NONE);
  }

  /// What pg_checksums counts; it ends with an error where pages are bad.
  private static long checksumsCount(TestCluster cluster, String what) throws Exception {
    String printed =
        cluster.asServerUser(
            List.of(
                "sh",
                "-c",
                cluster.programs().program("pg_checksums")
                    + " --check -D "
                    + cluster.data()
                    + " || true"));
    Matcher matcher = Pattern.compile(Pattern.quote(what) + ": +(\\d+)").matcher(printed);
    assertThat(matcher.find()).as(printed).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  private static void flip(Path file, int at) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  /// Exchanges two line pointers, so that the order of the page is wrong but its checksum right.
  private static void swapFirstItems(Path file, int block) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    int items = block * PAGE + 24;
    for (int i = 0; i < 4; i++) {
      byte kept = bytes[items + 8 + i];
      bytes[items + 8 + i] = bytes[items + 12 + i];
      bytes[items + 12 + i] = kept;
    }
    writeWithChecksum(file, bytes, block);
  }

  /// Makes the first line pointer lead outside of the page.
  private static void breakFirstItem(Path file, int block) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[block * PAGE + 24] = (byte) 0xfd;
    bytes[block * PAGE + 25] = (byte) 0x9f;
    writeWithChecksum(file, bytes, block);
  }

  private static void writeWithChecksum(Path file, byte[] bytes, int block) throws Exception {
    int checksum = PageChecksum.of(bytes, block * PAGE, PAGE, block);
    bytes[block * PAGE + 8] = (byte) checksum;
    bytes[block * PAGE + 9] = (byte) (checksum >>> 8);
    Files.write(file, bytes);
  }
}
