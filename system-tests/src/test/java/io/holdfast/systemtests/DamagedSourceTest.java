package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A page that is damaged in the source's own file: said, marked, and never taken for good.
class DamagedSourceTest {
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
  void damagedPageIsNamedAndTheBackupMarked() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE TABLE t AS SELECT n, md5(n::text) AS filler FROM generate_series(1, 5000) n",
          "VACUUM (FREEZE) t");
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      program.expect(0, "backup");
      String file = source.sql("SELECT pg_relation_filepath('t')");
      source.stop();
      flip(source.data().resolve(file), 2 * 8192 + 4711);
      source.start();

      Command.Ended ended = program.expect(4, "backup");

      assertThat(ended.err()).contains("damaged page at the source: " + file + " block 2");
      assertThat(program.expect(0, "list").out()).contains("DAMAGED");
      assertThat(program.expect(0, "list", "--json").out())
          .contains("\"damaged\": true")
          .contains("\"damaged\": false");
      Command.Ended proof = program.expect(4, "test-restore", "latest");
      assertThat(proof.all()).contains(file).contains("block 2");
    }
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
      data.seek(position);
      int before = data.read();
      data.seek(position);
      data.write(before ^ 0x10);
    }
  }
}
