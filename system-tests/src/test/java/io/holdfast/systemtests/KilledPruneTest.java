package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `prune` is killed at seeded moments between its first write and its usual end. Every backup that
/// was not forgotten verifies afterwards, the next prune comes to its end, and backups go on. In
/// the end the newest backup is restored and compared.
class KilledPruneTest {
  private static final int TRIES_MAX = 4;
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

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#cases")
  void killedPruneLosesNothingAndIsCompletedByTheNext(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t (n int PRIMARY KEY, filler text)");
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      backUp(source, program, 1);
      backUp(source, program, 2);
      int killed = 0;
      Victim.Whole usual = pruneAfterForgetting(program);
      for (int moment = 0; moment < moments; moment++) {
        backUp(source, program, 3 + moment);
        program.expect(0, "forget", "--keep-last", "1");
        killed += strike(program, usual.strike(random)) ? 1 : 0;
        requireWhole(program);
        // What is left of a killed one is no measure for the next.
        Victim.Whole _ = pruneWhole(program);
        requireWhole(program);
      }
      assertThat(killed)
          .as("of " + moments + " prunes, those killed")
          .isGreaterThanOrEqualTo((moments + 1) / 2);
      assertThat(Restored.answer(program, source, scratch, "latest", CONTENT))
          .isEqualTo(source.sql(CONTENT));
    }
  }

  /// Half of the table changes, so that a part of what a forgotten backup stored is still needed,
  /// and has to be moved.
  private static void backUp(Cluster source, Program program, int number)
      throws IOException, SQLException {
    source.execute(
        "DELETE FROM t WHERE n % 4 = " + number % 4,
        "INSERT INTO t SELECT n, (SELECT string_agg(md5(n::text || i || '-"
            + number
            + "'), '') FROM generate_series(1, 20) i) FROM generate_series(1, 20000) n WHERE n % 4 = "
            + number % 4
            + " ON CONFLICT DO NOTHING",
        "VACUUM t",
        "CHECKPOINT");
    program.expect(0, "backup");
  }

  private Victim.Whole pruneAfterForgetting(Program program) throws Exception {
    program.expect(0, "forget", "--keep-last", "1");
    return pruneWhole(program);
  }

  private Victim.Whole pruneWhole(Program program) throws Exception {
    Victim.Whole whole = Victim.runWhole(program, scratch, repository(), prune("--json"));
    assertThat(whole.ended().status()).as(whole.ended().all()).isZero();
    String report = whole.ended().out();
    assertThat(Answers.only(report, "buried")).as(report).isEqualTo("true");
    String plan = program.expect(0, prune("--json", "--dry-run")).out();
    assertThat(Answers.only(plan, "removedPacks")).as(plan).isEqualTo("0");
    return whole;
  }

  /// A prune that was quicker than the usual one is over before the moment comes: then another is
  /// struck earlier.
  private boolean strike(Program program, Victim.Strike moment) throws Exception {
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      var ended = Victim.killAtWork(program, scratch, repository(), moment, prune());
      if (ended.isEmpty()) {
        return true;
      }
      assertThat(ended.get().status()).as(ended.get().all()).isZero();
      moment = moment.earlier();
    }
    return false;
  }

  private Path repository() {
    return scratch.resolve("repository");
  }

  /// A prune that was killed counts as dead at once, or the next would wait for it for a day.
  private static String[] prune(String... more) {
    return Stream.concat(
            Stream.of("prune", "--max-unused", "0", "--bury-max", "100", "--dead-after", "0"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static void requireWhole(Program program) throws IOException {
    List<String> listed = Answers.all(program.expect(0, "list", "--json").out(), "id");
    assertThat(listed).hasSize(1);
    program.expect(0, "verify", "--all");
  }
}
