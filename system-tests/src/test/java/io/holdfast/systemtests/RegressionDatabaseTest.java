package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The database that PostgreSQL's own regression tests leave behind has some of everything that the
/// server can do, more than a thousand relations. A dump brings it back as `pg_dump` and
/// `pg_restore` do. `system-tests/regression-source.sh` fetches what makes it.
class RegressionDatabaseTest {
  private static final int TESTS_MIN = 200;
  private static final int TABLES_MIN = 500;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void comesBackFromADumpAsFromPostgresqlsOwn() throws Exception {
    String fetched = System.getProperty("holdfast.regression", "");
    assumeTrue(
        !fetched.isEmpty(),
        "needs -Dholdfast.regression=DIRECTORY, made by system-tests/regression-source.sh");
    ClientTools tools = ClientTools.of(TestPrograms.WITH_TOOLS);
    Map<String, String> settings = Map.of("fsync", "off", "max_wal_size", "1GB");
    try (Cluster source =
            Cluster.create(TestPrograms.WITH_TOOLS, scratch.resolve("source"), settings);
        Cluster other =
            Cluster.create(TestPrograms.WITH_TOOLS, scratch.resolve("other"), settings)) {
      runRegressionTests(source, Path.of(fetched).toAbsolutePath());
      Map<String, String> rows = RowDigests.of(source, "regression");
      assertThat(rows).hasSizeGreaterThan(TABLES_MIN);

      Program program = new Program(scratch);
      program.expect(0, "init");
      Copying copying = new Copying(program);
      copying.copy(source, "regression", other, "copy");
      assertThat(RowDigests.of(other, "copy")).isEqualTo(rows);
      other.execute("CREATE DATABASE reference TEMPLATE template0");
      tools.copy(source, "regression", other, "reference", scratch.resolve("reference.dump"));
      List<String> copied = tools.dumpSorted(other, "copy");
      ClientTools.requireSame(copied, tools.dumpSorted(other, "reference"));

      copying.copy(other, "copy", source, "copy_of_copy");
      ClientTools.requireSame(tools.dumpSorted(source, "copy_of_copy"), copied);
      program.expect(0, "verify", "--all");
    }
  }

  /// Runs a dump and its restore.
  private record Copying(Program program) {
    void copy(Cluster from, String database, Cluster to, String copy) throws Exception {
      Command.Ended dumped =
          program.with("DATABASE_URL", from.url(database)).expect(0, "dump", "backup");
      assertThat(dumped.err()).doesNotContain("warning");
      to.execute("CREATE DATABASE " + copy + " TEMPLATE template0");
      program.expect(0, "dump", "restore", "latest", "--url", to.url(copy));
    }
  }

  /// Some of the tests may fail on this machine: what counts is what they leave.
  private static void runRegressionTests(Cluster source, Path fetched) throws IOException {
    Path tests = fetched.resolve("source/src/test/regress");
    Path output = source.directory("regress");
    Path driver = source.programs().resolve("../lib/pgxs/src/test/regress/pg_regress").normalize();
    assertThat(driver).exists();
    Command.run(
        Path.of("/tmp"),
        Map.of(),
        Cluster.asServer(
            List.of(
                driver.toString(),
                "--inputdir=" + tests,
                "--outputdir=" + output,
                "--bindir=" + source.programs(),
                "--dlpath=" + fetched.resolve("lib"),
                "--schedule=" + tests.resolve("parallel_schedule"),
                "--max-concurrent-tests=20",
                "--host=127.0.0.1",
                "--port=" + source.port(),
                "--user=postgres")));
    String summary = Files.readString(output.resolve("regression.out"));
    assertThat(summary.lines().filter(line -> line.matches(".* \\.\\.\\. ok .*")).count())
        .as(summary)
        .isGreaterThan(TESTS_MIN);
  }
}
