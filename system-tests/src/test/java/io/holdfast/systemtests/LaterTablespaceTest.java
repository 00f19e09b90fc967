package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A tablespace that was created after the backup began: replay creates it again, at the path that
/// it has on the source. Where the source lives, nothing may be started that does so.
class LaterTablespaceTest {
  private static final String ROWS = "SELECT count(*) || ' ' || sum(n) FROM later_rows";

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  /// Debian's version on every build.
  static IntStream versions() {
    return Seeds.thorough()
        ? IntStream.of(13, TestPrograms.WITH_TOOLS, 17, 18)
        : IntStream.of(TestPrograms.WITH_TOOLS);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("versions")
  void liveTablespaceIsNotTouchedByCopies(int version) throws Exception {
    Path later;
    Program program;
    String rows;
    try (Cluster source = Cluster.create(version, scratch.resolve("source"), Map.of())) {
      program =
          new Program(scratch)
              .with("DATABASE_URL", source.url())
              .with("HOLDFAST_PG_BIN", source.programs().toString());
      program.expect(0, "init");
      program.expect(0, "backup");
      later = source.directory("later space");
      source.execute("CREATE TABLE before_it AS SELECT 1 AS n", "SELECT pg_switch_wal()");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        source.execute("SELECT pg_logical_emit_message(false, 'a', 'b')", "SELECT pg_switch_wal()");
        source.execute("SELECT pg_logical_emit_message(false, 'a', 'b')");
        stream.awaitStored(source);
      }
      // The second stream begins in the middle of a page, and the creation follows on that page.
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        source.execute(
            "CREATE TABLESPACE later LOCATION '" + later + "'",
            "CREATE TABLE later_rows (n int) TABLESPACE later",
            "INSERT INTO later_rows SELECT n FROM generate_series(1, 5000) n",
            "CHECKPOINT",
            "INSERT INTO later_rows SELECT n FROM generate_series(5001, 20000) n");
        stream.awaitStored(source);
      }
      source.execute("VACUUM (FREEZE) later_rows", "CHECKPOINT");
      rows = source.sql(ROWS);
      Map<String, String> live = contents(later);
      String before = refuseCopies(program, later);
      copyUpToThere(program, version, before);
      assertThat(contents(later)).as("the live tablespace").isEqualTo(live);
      assertThat(source.sql(ROWS)).isEqualTo(rows);
    }
    whereTheSourceIsGone(program, version, later, rows);
  }

  /// Returns the position that the hint names.
  private String refuseCopies(Program program, Path later) throws IOException {
    Path to = scratch.resolve("copy");
    Refusal.expect(2, "HF-1045", program.run("test-restore", "latest"), later.toString());
    String[] restore = {"restore", "latest", "--to", to.toString()};
    Command.Ended refused = program.run(restore);
    Refusal.expect(2, "HF-1045", refused, later.toString(), "--target-exclusive");
    Refusal.expect(
        2,
        "HF-1040",
        program.run(with(restore, "--tablespace", later + "=" + later)),
        later.toString());
    Refusal.expect(
        2, "HF-1045", program.run(with(restore, "--tablespace", later + "=" + scratch + "/x")));
    assertThat(to).doesNotExist();
    return refused.err().replaceAll("(?s).*--target-lsn (\\S+) .*", "$1");
  }

  private void copyUpToThere(Program program, int version, String before) throws Exception {
    Path to = scratch.resolve("copy");
    String[] target = {"--target-lsn", before, "--target-exclusive"};
    program.expect(0, with(new String[] {"test-restore", "latest"}, target));
    String[] restore = {"restore", "latest", "--to", to.toString(), "--target-action", "promote"};
    program.expect(0, with(restore, target));
    try (Cluster copy = Cluster.restored(version, to)) {
      copy.start();
      copy.awaitPromotion();
      assertThat(copy.sql("SELECT n FROM before_it")).isEqualTo("1");
      assertThat(copy.sql("SELECT count(*) FROM pg_tablespace WHERE spcname = 'later'"))
          .isEqualTo("0");
    }
  }

  private void whereTheSourceIsGone(Program program, int version, Path later, String rows)
      throws Exception {
    Scratch.remove(later);
    Cluster.giveToServer(Files.createDirectory(later));
    Path to = scratch.resolve("gone");
    Command.Ended ended =
        program.expect(
            0, "restore", "latest", "--to", to.toString(), "--tablespace", later + "=" + later);
    assertThat(ended.out()).contains("recovery creates a tablespace at " + later);
    try (Cluster restored = Cluster.restored(version, to)) {
      restored.start();
      restored.awaitPromotion();
      assertThat(restored.sql(ROWS)).isEqualTo(rows);
    }
  }

  private static String[] with(String[] first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }

  private static Map<String, String> contents(Path directory) throws Exception {
    Map<String, String> hashes = new TreeMap<>();
    var digest = java.security.MessageDigest.getInstance("SHA-256");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        hashes.put(
            directory.relativize(file).toString(),
            Files.isRegularFile(file)
                ? HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)))
                : "directory");
      }
    }
    return hashes;
  }
}
