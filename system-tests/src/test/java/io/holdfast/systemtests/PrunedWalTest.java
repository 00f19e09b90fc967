package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.systemtests.Ledger.Commit;
import io.holdfast.systemtests.Targets.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// WAL is pruned while it is streamed and sessions write. Restores to seeded moments after the
/// earliest backup that was kept give the same before and after, and the archive has no gap.
class PrunedWalTest {
  private static final int WRITERS = 2;
  private static final int TARGETS = Seeds.thorough() ? 5 : 1;

  /// So many small objects are stored, one in four seconds, that some are merged. Without them
  /// merging is shown by WalMergeTest only.
  private static final int SMALL_OBJECTS = Seeds.thorough() ? 30 : 0;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.systemtests.Moments#seeds")
  void restoresAreTheSameBeforeAndAfter(long seed) throws Exception {
    try (Cluster source =
        Cluster.create(15, scratch.resolve("source"), Map.of("track_commit_timestamp", "on"))) {
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 3_000);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      List<Commit> account;
      List<Target> targets;
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        ledger.writeDuring(seed, WRITERS, () -> program.expect(0, "backup"));
        source.sql("SELECT pg_switch_wal()");
        ledger.writeDuring(seed + 100, WRITERS, () -> program.expect(0, "backup"));
        int keptFrom = ledger.account().size();
        source.sql("SELECT pg_switch_wal()");
        ledger.writeDuring(seed + 200, WRITERS, () -> program.expect(0, "backup"));
        ledger.write(seed + 300, WRITERS, 30, () -> {});
        for (int i = 0; i < SMALL_OBJECTS; i++) {
          ledger.write(seed + 500 + i, 1, 3, () -> {});
          stream.awaitStored(source);
        }
        stream.awaitStored(source);
        account = ledger.account();
        targets = Targets.choose(account, seed, keptFrom, TARGETS);
        recoverAndCompare(program, source, targets, account);

        program.expect(0, "forget", "--keep-last", "2");
        ledger.writeDuring(seed + 400, WRITERS, () -> prune(program));
        stream.awaitStored(source);
      }
      assertThat(program.expect(0, "wal", "status").out())
          .contains("timeline 1")
          .doesNotContain("GAP");
      program.expect(0, "verify", "--all");
      recoverAndCompare(program, source, targets, account);
      List<Commit> all = ledger.account();
      recoverAndCompare(program, source, Targets.choose(all, seed + 1, account.size(), 1), all);
    }
  }

  private static void prune(Program program) throws IOException {
    String plan = program.expect(0, "prune", "--dry-run", "--json").out();
    assertThat(Answers.all(plan, "walObjects").stream().mapToLong(Long::parseLong).sum())
        .as(plan)
        .isPositive();
    String report = program.expect(0, "prune", "--json").out();
    assertThat(Long.parseLong(Answers.only(report, "deletedWalObjects"))).as(report).isPositive();
    assertThat(Answers.only(report, "refusedWalDeletes")).isEqualTo("0");
    assertThat(Answers.all(report, "unmergedWal").toString()).doesNotContain("WAL");
    if (SMALL_OBJECTS > 0) {
      assertThat(Long.parseLong(Answers.only(report, "mergedWalObjects"))).as(report).isPositive();
    }
  }

  private void recoverAndCompare(
      Program program, Cluster source, List<Target> targets, List<Commit> account)
      throws Exception {
    for (Target target : targets) {
      Path to = scratch.resolve("restored");
      List<String> arguments = new ArrayList<>(List.of("restore", "latest", "--to", to.toString()));
      arguments.addAll(List.of("--target-action", "promote"));
      arguments.addAll(target.arguments());
      program.expect(0, arguments.toArray(String[]::new));
      try (Cluster restored = Cluster.restored(source.major(), to)) {
        restored.start();
        restored.awaitPromotion();
        assertThat(Ledger.read(restored))
            .as(target.toString())
            .isEqualTo(Ledger.stateAfter(account, target.commits()));
      }
      Scratch.remove(to);
    }
  }
}
