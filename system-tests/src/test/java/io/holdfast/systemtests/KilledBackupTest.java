package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.systemtests.Ledger.Commit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `backup` is killed at seeded moments between its start and its usual end, while sessions write,
/// in turn with and without a WAL stream beside it. Earlier backups stay whole, no half one is
/// seen, the server is rid of slots and connections, and the next backup succeeds. In the end the
/// oldest and the newest backup are restored and compared with the ledger.
class KilledBackupTest {
  private static final int WRITERS = 2;
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
  void killedBackupLeavesEarlierOnesWholeAndTheServerClean(long seed, int moments)
      throws Exception {
    try (Cluster source =
        Cluster.create(15, scratch.resolve("source"), Map.of("track_commit_timestamp", "on"))) {
      source.execute("CREATE EXTENSION amcheck");
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 10_000);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      Rounds rounds = new Rounds(source, program, Seeds.random(seed));
      ledger.writeDuring(seed, WRITERS, () -> rounds.run(moments));

      assertThat(rounds.killed)
          .as("of " + moments + " backups, those killed")
          .isGreaterThanOrEqualTo((moments + 1) / 2);
      List<Commit> account = ledger.account();
      restoreAndCompare(program, rounds.known.getFirst(), account);
      restoreAndCompare(program, rounds.known.getLast(), account);
    }
  }

  private final class Rounds {
    private final Cluster source;
    private final Program program;
    private final SplittableRandom random;
    private final List<String> known = new ArrayList<>();
    private final Map<Boolean, Duration> usual = new HashMap<>();
    private int killed;

    Rounds(Cluster source, Program program, SplittableRandom random) {
      this.source = source;
      this.program = program;
      this.random = random;
    }

    void run(int moments) throws Exception {
      usual.put(false, wholeBackup(0));
      try (RunningStream _ = RunningStream.start(program, scratch)) {
        awaitSlotInUse();
        usual.put(true, wholeBackup(1));
      }
      for (int i = 0; i < moments; i++) {
        if (i % 2 == 0) {
          strike(i, false);
        } else {
          try (RunningStream _ = RunningStream.start(program, scratch)) {
            awaitSlotInUse();
            strike(i, true);
          }
        }
      }
    }

    /// A backup that was quicker than the usual one is over before the moment comes: then another
    /// is struck earlier.
    private void strike(int number, boolean streamRuns) throws Exception {
      Duration moment =
          Moments.within(usual.getOrDefault(streamRuns, Duration.ZERO), random.nextDouble());
      boolean struck = false;
      for (int attempt = 0; attempt < TRIES_MAX && !struck; attempt++) {
        struck = isKilledAfter(moment, number);
        moment = moment.dividedBy(2);
      }
      killed += struck ? 1 : 0;
      program.expect(0, "verify", "--all");
      program.expect(0, "restore", "latest", "--to", scratch + "/never", "--dry-run");
      usual.put(streamRuns, wholeBackup(number));
    }

    private boolean isKilledAfter(Duration moment, int number) throws Exception {
      String what = "moment " + number + ", killed after " + moment.toMillis() + " ms";
      boolean struck;
      try (Victim victim =
          Victim.start(
              program, scratch, "backup", "--type", number % 3 == 0 ? "full" : "incremental")) {
        struck = victim.killedAfter(moment);
        if (!struck) {
          assertThat(victim.ended().status()).as(victim.ended().all()).isZero();
        }
      }
      awaitServerClean(what);
      takeNoteOfPublished(what);
      return struck;
    }

    /// A backup killed after it was published, and before it could say so, is a backup: it is in
    /// the list and has to verify.
    private void takeNoteOfPublished(String what) throws IOException {
      List<String> listed = listed();
      assertThat(listed).as(what).containsAll(known).hasSizeBetween(known.size(), known.size() + 1);
      known.clear();
      known.addAll(listed);
    }

    private List<String> listed() throws IOException {
      String json = program.expect(0, "list", "--json").out();
      assertThat(Answers.all(json, "status")).allMatch("completed"::equals);
      return Answers.all(json, "id");
    }

    private Duration wholeBackup(int number) throws IOException {
      long start = System.nanoTime();
      program.expect(0, "backup", "--type", number % 2 == 0 ? "full" : "incremental");
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      List<String> listed = listed();
      assertThat(listed).containsAll(known).hasSize(known.size() + 1);
      known.add(listed.getLast());
      return took;
    }

    private void awaitSlotInUse() throws Exception {
      Await.until(
          "stream",
          () -> source.sql("SELECT count(*) FROM pg_replication_slots WHERE active").equals("1"),
          source::log);
    }

    private void awaitServerClean(String what) throws Exception {
      Await.until(
          what + ": an end of its slots and connections",
          Duration.ofSeconds(5),
          () ->
              source
                  .sql(
                      "SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> 'holdfast_main')"
                          + " + (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'holdfast%'"
                          + " AND application_name NOT LIKE 'holdfast wal %')")
                  .equals("0"),
          () -> source.sql("SELECT string_agg(a::text, ' ') FROM pg_stat_activity a"));
    }
  }

  private void restoreAndCompare(Program program, String backup, List<Commit> account)
      throws Exception {
    String stop =
        Answers.all(program.expect(0, "show", backup, "--json").out(), "stopLsn").getFirst();
    Path to = scratch.resolve("restored");
    program.expect(
        0,
        "restore",
        backup,
        "--to",
        to.toString(),
        "--target-immediate",
        "--target-action",
        "promote");
    try (Cluster restored = Cluster.restored(15, to)) {
      restored.start();
      restored.awaitPromotion();
      int certain =
          (int)
              account.stream()
                  .filter(
                      c -> Targets.position(c.position()).compareTo(Targets.position(stop)) <= 0)
                  .count();
      // The position of a commit was asked for after it, so one more may lie before the end.
      assertThat(Ledger.read(restored))
          .as("backup " + backup + ", which ends after commit " + certain)
          .isIn(
              Ledger.stateAfter(account, certain),
              Ledger.stateAfter(account, Math.min(account.size(), certain + 1)));
      Structure.check(restored);
      restored.stop();
      restored.program("pg_checksums", "--check", "-D", to.toString());
    }
    Scratch.remove(to);
  }
}
