package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Older backups are forgotten and pruned again and again while a backup runs in a process of its
/// own, slowly. That one is whole and restores, and what was forgotten goes when it has ended.
class PruneBesideBackupTest {
  private static final int PRUNES_MIN = 2;
  private static final String SLOW = "1MiB";
  private static final String CONTENT =
      "SELECT count(*) || ' ' || md5(string_agg(n || filler, ',' ORDER BY n)) FROM t";

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
  void aBackupThatRunsWhileOthersAreForgottenAndPrunedIsWhole() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t (n int PRIMARY KEY, filler text)");
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      change(source, 1);
      program.expect(0, "backup");
      change(source, 2);
      program.expect(0, "backup");
      change(source, 3);
      String content = source.sql(CONTENT);

      int beside = 0;
      try (Victim backup = Victim.start(program, scratch, "backup", "--limit-upload", SLOW)) {
        while (backup.isAlive()) {
          forgetAndPrune(program);
          // A backup whose session had not begun, or had ended, is nothing to be beside of.
          beside += backup.isAlive() ? 1 : 0;
        }
        Command.Ended ended = backup.awaitEnd();
        assertThat(ended.status()).as(ended.all()).isZero();
      }
      assertThat(beside)
          .as("prunes that ended while the backup ran")
          .isGreaterThanOrEqualTo(PRUNES_MIN);

      program.expect(0, "verify", "--all");
      forgetAndPrune(program);
      assertThat(Answers.only(prune(program, "--dry-run"), "removedPacks")).isEqualTo("0");
      List<String> left = Answers.all(program.expect(0, "list", "--json").out(), "id");
      assertThat(left).hasSize(1);
      program.expect(0, "verify", "--all");
      assertThat(Restored.answer(program, source, scratch, "latest", CONTENT)).isEqualTo(content);
    }
  }

  /// A third of the rows is new, so that old packs are part wanted and part not.
  private static void change(Cluster source, int number) throws SQLException {
    source.execute(
        "DELETE FROM t WHERE n % 3 = " + number % 3,
        "INSERT INTO t SELECT n, (SELECT string_agg(md5(n::text || i || '-"
            + number
            + "'), '') FROM generate_series(1, 20) i) FROM generate_series(1, 60000) n WHERE n % 3 = "
            + number % 3
            + " ON CONFLICT DO NOTHING",
        "VACUUM t",
        "CHECKPOINT");
  }

  private static void forgetAndPrune(Program program) throws IOException {
    program.expect(0, "forget", "--keep-last", "1");
    prune(program);
  }

  /// Nothing counts as dead but what is silent for a day: the backup is not.
  private static String prune(Program program, String... more) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("prune", "--json", "--max-unused", "0", "--bury-max", "100"));
    words.addAll(List.of(more));
    return program.expect(0, words.toArray(String[]::new)).out();
  }
}
