package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.systemtests.Ledger.Commit;
import io.holdfast.systemtests.Targets.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `wal stream` is killed at seeded moments while sessions write, and started again at once. What
/// the server was told is safe (the slot's `restart_lsn`) is in the archive at each of these
/// moments, and in the end recovery to targets inside the time of the killings, and to the end, is
/// exactly the ledger. Segments of 1 MiB make many cuts, so that kills hit all steps of storing.
class KilledStreamTest {
  private static final int WRITERS = 3;
  private static final Duration LIFE_MAX = Duration.ofMillis(3500);
  private static final int TARGETS = 2;

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
  void nothingAcknowledgedIsMissingAfterKills(long seed, int moments) throws Exception {
    try (Cluster source =
        Cluster.create(
            15,
            scratch.resolve("source"),
            Map.of("track_commit_timestamp", "on"),
            "--wal-segsize=1")) {
      source.execute("CREATE EXTENSION amcheck", "CREATE TABLE noise (n int, text text)");
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 3_000);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        program.expect(0, "backup");
        stream.awaitStored(source);
      }
      Rounds rounds = new Rounds(source, program, Seeds.random(seed));
      ledger.write(seed, WRITERS, 5, () -> {});
      int first = ledger.account().size();
      ledger.writeDuring(seed + 1, WRITERS, () -> rounds.run(moments));
      int last = ledger.account().size();
      ledger.write(seed + 2, WRITERS, 5, () -> {});
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        stream.awaitStored(source);
      }

      assertThat(rounds.advances)
          .as("kills before which the stream had told the server of something new")
          .isPositive();
      List<Commit> account = ledger.account();
      List<Target> targets = new ArrayList<>();
      targets.add(new Target(List.of(), account.size()));
      targets.addAll(Targets.choose(account.subList(0, last), seed, first, TARGETS));
      for (Target target : targets) {
        recoverAndCompare(program, target, account);
      }
    }
  }

  private final class Rounds {
    private final Cluster source;
    private final Program program;
    private final SplittableRandom random;
    private String acknowledged = "0/0";
    private int advances;

    Rounds(Cluster source, Program program, SplittableRandom random) {
      this.source = source;
      this.program = program;
      this.random = random;
    }

    void run(int moments) throws Exception {
      acknowledged = restartPosition();
      for (int i = 0; i < moments; i++) {
        Duration moment =
            Moments.within(LIFE_MAX, random.nextDouble()).plus(Duration.ofMillis(i % 3 * 700L));
        String before = source.sql("SELECT clock_timestamp()");
        try (Victim victim = Victim.start(program, scratch, "wal", "stream")) {
          // Some kills fall into the start, most into the work, however slow the machine is.
          if (i % 3 != 0) {
            awaitStreaming(victim, before);
          }
          makeNoise(moment);
          if (i == moments - 1) {
            Await.until("the slot moves on", this::movesOn, victim::messages);
          }
          assertThat(victim.killedAfter(Duration.ZERO)).as(() -> text(victim)).isTrue();
        }
        String what = "moment " + i + ", killed after " + moment.toMillis() + " ms";
        // In between the next stream starts at once, as a supervisor would have it.
        if (i == moments - 1 || random.nextBoolean()) {
          requireArchived(what);
        }
      }
    }

    private void awaitStreaming(Victim victim, String before) throws Exception {
      Await.until(
          "streaming",
          () ->
              source
                  .sql(
                      "SELECT count(*) FROM pg_stat_replication WHERE state IN ('catchup',"
                          + " 'streaming') AND backend_start > '"
                          + before
                          + "'")
                  .equals("1"),
          victim::messages);
    }

    private boolean movesOn() throws Exception {
      makeNoise(Duration.ofMillis(200));
      return Targets.position(restartPosition()).compareTo(Targets.position(acknowledged)) > 0;
    }

    /// Makes the server write some megabytes of WAL a second until `moment`.
    private void makeNoise(Duration moment) throws Exception {
      long end = System.nanoTime() + moment.toNanos();
      while (System.nanoTime() < end) {
        source.execute(
            "INSERT INTO noise SELECT n, md5(n::text) FROM generate_series(1, 2000) n",
            "TRUNCATE noise");
      }
    }

    private void requireArchived(String what) throws Exception {
      Await.until(
          "walsender of the killed stream ends",
          Duration.ofSeconds(10),
          () -> source.sql("SELECT active FROM pg_replication_slots").equals("f"),
          source::log);
      String restart = restartPosition();
      String status = program.expect(0, "wal", "status", "--json").out();
      assertThat(status).as(what).contains("\"gaps\": []");
      assertThat(Targets.position(restart))
          .as(what + ": the slot is at " + restart + ", the archive " + status)
          .isLessThanOrEqualTo(Targets.position(Answers.only(status, "to")));
      if (Targets.position(restart).compareTo(Targets.position(acknowledged)) > 0) {
        advances++;
        acknowledged = restart;
      }
    }

    private String restartPosition() throws Exception {
      return source.sql("SELECT restart_lsn FROM pg_replication_slots");
    }
  }

  private static String text(Victim victim) {
    try {
      return "the stream ended by itself: " + victim.messages();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void recoverAndCompare(Program program, Target target, List<Commit> account)
      throws Exception {
    Path to = scratch.resolve("restored");
    List<String> arguments = new ArrayList<>(List.of("restore", "latest", "--to", to.toString()));
    arguments.addAll(List.of("--target-action", "promote"));
    arguments.addAll(target.arguments());
    program.expect(0, arguments.toArray(String[]::new));
    try (Cluster restored = Cluster.restored(15, to)) {
      restored.start();
      restored.awaitPromotion();
      assertThat(Ledger.read(restored))
          .as(target.toString())
          .isEqualTo(Ledger.stateAfter(account, target.commits()));
      Structure.check(restored);
    }
    Scratch.remove(to);
  }
}
