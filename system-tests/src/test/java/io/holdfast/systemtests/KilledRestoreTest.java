package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `restore` and `test-restore` are killed, or asked to stop, at seeded moments. What a restore has
/// left never starts unless it is whole; what a test restore has left, with its server, is removed
/// by the next one, and by itself where it was only asked to stop.
class KilledRestoreTest {
  private static final int INTERRUPTED = 130;
  private static final int BEFORE_THE_PROGRAM_RAN = 128 + 15;

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
  @MethodSource("io.holdfast.systemtests.Moments#fewCases")
  void halfRestoresNeverStartAndTestRestoresAreClearedUp(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    Program program = new Program(scratch).with("TMPDIR", temporary.toString());
    Map<Long, Long> expected = backUp(program, seed);
    Duration restoreTakes = time(program, "restore", "latest", "--to", scratch + "/whole");
    Duration proofTakes = time(program, "test-restore", "latest");
    Strikes strikes = new Strikes();
    for (int i = 0; i < moments; i++) {
      String what = "moment " + i;
      strikes.untilStruck(
          Moments.within(restoreTakes, random.nextDouble()),
          moment -> restoreKilled(program, moment, expected, what, strikes));
      int number = i;
      strikes.untilStruck(
          Moments.within(proofTakes, 0.1 + 0.8 * random.nextDouble()),
          moment -> strikeTestRestore(program, temporary, moment, number, strikes));
    }
    assertThat(strikes.killedRestores).as("restores killed").isGreaterThanOrEqualTo(moments / 2);
    assertThat(strikes.killedProofs).as("test restores killed").isPositive();
    assertThat(strikes.interruptedProofs).as("test restores interrupted").isPositive();
    program.expect(0, "test-restore", "latest");
    requireClean(temporary, "after a whole one");
  }

  /// What really struck a command that was at work.
  private static final class Strikes {
    private int killedRestores;
    private int killedProofs;
    private int interruptedProofs;

    /// One that was quicker than the first is over before the moment comes: then another is struck
    /// earlier.
    void untilStruck(Duration first, Strike strike) throws Exception {
      int before = all();
      Duration moment = first;
      for (int attempt = 0; attempt < TRIES_MAX && all() == before; attempt++) {
        strike.at(moment);
        moment = moment.dividedBy(2);
      }
    }

    private int all() {
      return killedRestores + killedProofs + interruptedProofs;
    }
  }

  private interface Strike {
    void at(Duration moment) throws Exception;
  }

  private void strikeTestRestore(
      Program program, Path temporary, Duration moment, int number, Strikes strikes)
      throws Exception {
    String what = "moment " + number + ", after " + moment.toMillis() + " ms";
    // A run that is stopped at once cannot clear up yet what the killed one before it has left.
    List<Path> left = contents(temporary);
    try (Victim proof = Victim.start(program, scratch, "test-restore", "latest")) {
      if (number % 2 == 0) {
        strikes.killedProofs += proof.killedAfter(moment) ? 1 : 0;
      } else if (proof.askedToStopAfter(moment)) {
        int status = proof.awaitEnd().status();
        if (status != BEFORE_THE_PROGRAM_RAN && status != 0) {
          assertThat(status).as(what + ": " + proof.messages()).isEqualTo(INTERRUPTED);
          strikes.interruptedProofs++;
        }
        assertThat(left).as(what).containsAll(contents(temporary));
      }
    }
  }

  private void restoreKilled(
      Program program, Duration moment, Map<Long, Long> expected, String what, Strikes strikes)
      throws Exception {
    Path to = scratch.resolve("restored");
    try (Victim restore =
        Victim.start(program, scratch, "restore", "latest", "--to", to.toString())) {
      strikes.killedRestores += restore.killedAfter(moment) ? 1 : 0;
    }
    if (Files.exists(to)) {
      // Whatever is there, its owner must not be what keeps a server from starting on it.
      Cluster.giveToServer(to);
      Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
      try (Cluster restored = Cluster.restored(15, to)) {
        if (restored.tryStart().status() == 0) {
          restored.awaitPromotion();
          assertThat(Ledger.read(restored))
              .as(what + ", killed after " + moment.toMillis() + " ms, and yet it starts")
              .isEqualTo(expected);
        }
      }
    }
    Scratch.remove(to);
  }

  private static void requireClean(Path temporary, String what) {
    assertThat(temporary).as(what).isEmptyDirectory();
    assertThat(Processes.in(temporary)).as(what).isEmpty();
  }

  private static List<Path> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static Duration time(Program program, String... arguments) throws IOException {
    long start = System.nanoTime();
    program.expect(0, arguments);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private Map<Long, Long> backUp(Program settings, long seed) throws Exception {
    try (Cluster source =
        Cluster.create(15, scratch.resolve("source"), Map.of("track_commit_timestamp", "on"))) {
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 10_000);
      ledger.write(seed, 2, 50, () -> {});
      Program program = settings.with("DATABASE_URL", source.url());
      program.expect(0, "init");
      program.expect(0, "backup");
      return Ledger.stateAfter(ledger.account(), ledger.account().size());
    }
  }
}
