package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Keys change under a stream that runs; what was backed up before and after comes back.
class KeyRotationTest {
  private static final String ROWS =
      "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY id)) FROM t";

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
  void backupsOfBothSidesOfARotationComeBackWithTheNewKeyAndTheKit() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program old = new Program(scratch).with("DATABASE_URL", source.url());
      String kit = old.expect(0, "init").out();
      source.execute("CREATE TABLE t (id int, text text)");
      Path newKey = scratch.resolve("new.key");
      Program rotated = old.withKeyFile(newKey);
      String first;
      try (RunningStream stream = RunningStream.start(old, scratch)) {
        source.execute("INSERT INTO t SELECT n, 'one' FROM generate_series(1, 3000) n");
        old.expect(0, "backup");
        first = source.sql(ROWS);

        old.expect(0, "key", "rotate", "--new-key-file", newKey.toString());
        assertThat(old.run("list").err()).contains("HF-1012");

        source.execute("INSERT INTO t SELECT n, 'two' FROM generate_series(3001, 5000) n");
        rotated.expect(0, "backup");
        source.execute("INSERT INTO t SELECT n, 'three' FROM generate_series(5001, 6000) n");
        stream.awaitStored(source, rotated);
      }
      String last = source.sql(ROWS);
      rotated.expect(0, "verify", "--all");
      String firstBackup =
          rotated.expect(0, "list").out().lines().skip(1).findFirst().orElseThrow();

      assertThat(
              restored(
                  rotated,
                  "a",
                  firstBackup.split(" ")[0],
                  "--target-immediate",
                  "--target-action",
                  "promote"))
          .isEqualTo(first);
      Path typed = Files.writeString(scratch.resolve("typed.txt"), kit);
      Program withKit = old.withKeyFile(typed);
      assertThat(restored(withKit, "b", "latest")).isEqualTo(last);
    }
  }

  private String restored(Program program, String name, String backup, String... target)
      throws Exception {
    Path to = scratch.resolve(name);
    String[] arguments = new String[target.length + 4];
    arguments[0] = "restore";
    arguments[1] = backup;
    arguments[2] = "--to";
    arguments[3] = to.toString();
    System.arraycopy(target, 0, arguments, 4, target.length);
    program.expect(0, arguments);
    try (Cluster cluster = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      cluster.start();
      cluster.awaitPromotion();
      return cluster.sql(ROWS);
    }
  }
}
