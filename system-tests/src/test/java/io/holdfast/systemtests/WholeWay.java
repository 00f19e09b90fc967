package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Path;

/// The whole way, from `init` to a server that runs on the restored data, whatever the store.
final class WholeWay {
  private static final String ROWS =
      "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY id)) FROM t";

  private WholeWay() {}

  /// Backs up a server that writes on into a repository that `program` makes, and restores it.
  static void requireThereAndBack(Program anywhere, Path scratch) throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program = anywhere.with("DATABASE_URL", source.url());
      source.execute("CREATE TABLE t (id int, text text)");
      program.expect(0, "init");
      assertThat(program.run("init").err()).contains("HF-1021");
      program.expect(0, "doctor");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        source.execute("INSERT INTO t SELECT n, 'before' FROM generate_series(1, 5000) n");
        program.expect(0, "backup");
        source.execute("INSERT INTO t SELECT n, 'after' FROM generate_series(5001, 9000) n");
        stream.awaitStored(source);
      }
      String rows = source.sql(ROWS);
      program.expect(0, "verify", "--all");
      program.expect(0, "list");

      Path to = scratch.resolve("restored");
      program.expect(0, "restore", "latest", "--to", to.toString(), "--wal", "staged");
      try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
        restored.start();
        restored.awaitPromotion();
        assertThat(restored.sql(ROWS)).isEqualTo(rows);
      }
    }
  }
}
