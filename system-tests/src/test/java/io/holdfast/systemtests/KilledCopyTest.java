package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `copy` is killed at seeded moments between its first write and its usual end, into a repository
/// with another key and into one that shares the key space in turn. What the target lists
/// afterwards is whole, the next copy completes the rest, and the target is clean.
class KilledCopyTest {
  private static final int TRIES_MAX = 4;

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
  void killedCopyLosesNothingAndIsCompletedByTheNext(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t (n int PRIMARY KEY, filler text)");
      Program program =
          new Program(scratch)
              .with("DATABASE_URL", source.url())
              .with("BACKUP_DIR", scratch.resolve("first").toString());
      program.expect(0, "init");
      backUp(source, program, 1);
      backUp(source, program, 2);
      Victim.Whole usual = wholeCopy(program, target(program, "usual", 0));
      int killed = 0;
      for (int moment = 0; moment < moments; moment++) {
        Path target = target(program, "target-" + moment, moment);
        killed += strike(program, target, usual.strike(random)) ? 1 : 0;
        Program copies = program.with("BACKUP_DIR", target.toString());
        copies.expect(0, "verify", "--all");
        wholeCopy(program, target);
        copies.expect(0, "verify", "--all");
        assertThat(Answers.all(copies.expect(0, "list", "--json").out(), "id")).hasSize(2);
        Scratch.remove(target);
      }
      assertThat(killed)
          .as("of " + moments + " copies, those killed")
          .isGreaterThanOrEqualTo((moments + 1) / 2);
    }
  }

  private Path target(Program program, String name, int number) throws IOException {
    Path target = scratch.resolve(name);
    Program copies = program.with("BACKUP_DIR", target.toString());
    if (number % 2 == 0) {
      copies.expect(0, "init");
    } else {
      copies.expect(0, "init", "--like", scratch.resolve("first").toString());
    }
    return target;
  }

  private static void backUp(Cluster source, Program program, int number)
      throws IOException, SQLException {
    source.execute(
        "INSERT INTO t SELECT n, (SELECT string_agg(md5(n::text || i || '-"
            + number
            + "'), '') FROM generate_series(1, 20) i) FROM generate_series("
            + number * 20_000
            + ", "
            + (number * 20_000 + 19_999)
            + ") n",
        "CHECKPOINT");
    program.expect(0, "backup");
  }

  private Victim.Whole wholeCopy(Program program, Path target) throws Exception {
    Victim.Whole whole = Victim.runWhole(program, scratch, target, copy(target, "--json"));
    assertThat(whole.ended().status()).as(whole.ended().all()).isZero();
    String report = whole.ended().out();
    assertThat(Answers.only(report, "whole")).as(report).isEqualTo("true");
    return whole;
  }

  /// A copy that was quicker than the usual one is over before the moment comes: then another one,
  /// which has less to do, is struck earlier.
  private boolean strike(Program program, Path target, Victim.Strike moment) throws Exception {
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      var ended = Victim.killAtWork(program, scratch, target, moment, copy(target));
      if (ended.isEmpty()) {
        return true;
      }
      assertThat(ended.get().status()).as(ended.get().all()).isZero();
      moment = moment.earlier();
    }
    return false;
  }

  private static String[] copy(Path target, String... more) {
    List<String> words =
        new java.util.ArrayList<>(List.of("copy", "--all", "--to", target.toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
