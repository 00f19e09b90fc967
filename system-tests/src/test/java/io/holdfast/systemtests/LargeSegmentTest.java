package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// A cluster whose WAL segments have 64 MiB, with a heap that has no room for three of them.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason = "WAL segments of a gibibyte: minutes by itself, so only with -Pthorough")
class LargeSegmentTest {
  private static final int MAJOR = 15;
  private static final long SEGMENT_BYTES = 64 << 20;

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
  void largeSegmentsAreStreamedPushedFetchedAndRestored() throws Exception {
    try (Cluster source =
        Cluster.create(
            MAJOR,
            scratch.resolve("source"),
            Map.of("min_wal_size", "192MB", "wal_keep_size", "512MB"),
            "--wal-segsize=64")) {
      Program program =
          new Program(scratch)
              .with("DATABASE_URL", source.url())
              .with("HOLDFAST_JAVA_OPTS", "-Xmx160m");
      program.expect(0, "init");
      source.execute(
          "CREATE TABLE t AS SELECT n, md5(n::text) AS text FROM generate_series(1, 1000) n",
          "ALTER TABLE t ALTER text SET STORAGE EXTERNAL");
      String streamed;
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        program.expect(0, "backup");
        streamed = write(source, 2000);
        stream.awaitStored(source);
      }
      assertThat(push(program, source, streamed))
          .as("a segment that was streamed")
          .contains("already there");
      String pushed = write(source, 3000);
      assertThat(push(program, source, pushed)).contains("stored");
      assertThat(push(program, source, pushed)).contains("already there");
      refusesOther(program, source, pushed);
      fetches(program, source, streamed);
      fetches(program, source, pushed);

      String expected = digest(source);
      program.expect(0, "verify", "--all");
      program.expect(0, "test-restore", "latest");
      for (String supply : new String[] {"staged", "on-demand"}) {
        Path to = scratch.resolve(supply);
        program.expect(
            0,
            "restore",
            "latest",
            "--to",
            to.toString(),
            "--wal",
            supply,
            "--target-action",
            "promote");
        Cluster.giveToServer(scratch.resolve("repository"));
        try (Cluster restored = Cluster.restored(MAJOR, to)) {
          restored.start();
          restored.awaitPromotion();
          assertThat(digest(restored)).as(supply).isEqualTo(expected);
        }
      }
    }
  }

  /// Writes rows, most of a segment of WAL, and ends the segment.
  private static String write(Cluster source, int rows) throws Exception {
    source.execute(
        "INSERT INTO t SELECT n, repeat(md5(n::text), 500) FROM generate_series(1, "
            + rows
            + ") n");
    return source.sql("SELECT pg_walfile_name(pg_switch_wal())");
  }

  private static String push(Program program, Cluster source, String segment) throws IOException {
    Path file = file(source, segment);
    assertThat(Files.size(file)).isEqualTo(SEGMENT_BYTES);
    return program.expect(0, "wal", "push", "--json", file.toString()).out();
  }

  private void refusesOther(Program program, Cluster source, String segment) throws IOException {
    Path other = Files.createDirectory(scratch.resolve("other")).resolve(segment);
    byte[] bytes = Files.readAllBytes(file(source, segment));
    bytes[bytes.length - 1] ^= 1;
    Files.write(other, bytes);
    assertThat(program.expect(2, "wal", "push", other.toString()).err()).contains("HF-1060");
  }

  private void fetches(Program program, Cluster source, String segment) throws IOException {
    Path fetched = scratch.resolve("fetched-" + segment);
    program.expect(0, "wal", "fetch", segment, fetched.toString());
    assertThat(Files.mismatch(fetched, file(source, segment))).isEqualTo(-1);
  }

  private static Path file(Cluster source, String segment) {
    return source.data().resolve("pg_wal").resolve(segment);
  }

  private static String digest(Cluster cluster) throws Exception {
    return cluster.sql("SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY t)) FROM t");
  }
}
