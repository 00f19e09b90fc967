package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The repository goes away under commands, at seeded moments: moved, or replaced by an empty
/// directory as when a disk is unmounted. That is "unavailable", never "corrupt" and never "empty";
/// nothing is written in its place, and afterwards everything goes on.
class StoreLostTest {
  private Path scratch = Path.of("/tmp");
  private Path repository = Path.of("/tmp");
  private Path away = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    repository = scratch.resolve("repository");
    away = scratch.resolve("repository.away");
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  /// What is left in the repository's place.
  private enum Loss {
    NOTHING_LEFT,
    EMPTY_DIRECTORY_LEFT
  }

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#fewCases")
  void commandsSayUnavailableAndNothingElse(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      new Ledger(source).create("", "TABLESPACE pg_default", 20_000);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      program.expect(0, "backup");
      List<List<String>> commands =
          List.of(
              List.of("backup"),
              List.of("verify", "--all"),
              List.of("restore", "latest", "--to", scratch + "/restored"),
              List.of("test-restore", "latest"));
      Map<List<String>, Duration> usual = new HashMap<>();
      for (List<String> command : commands) {
        usual.put(command, time(program, command));
      }
      int unavailable = 0;
      for (int i = 0; i < moments; i++) {
        for (List<String> command : commands) {
          Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
          Duration moment =
              Moments.within(
                  usual.getOrDefault(command, Duration.ZERO), 0.2 + 0.8 * random.nextDouble());
          String what = String.join(" ", command) + ": " + loss + " after " + moment.toMillis();
          Command.Ended ended = loseDuring(program, command, loss, moment, what);
          if (ended.status() == 3) {
            unavailable++;
          }
          if (command.getFirst().equals("restore") && ended.status() != 0) {
            assertThat(scratch.resolve("restored/global/pg_control")).as(what).doesNotExist();
          }
          Scratch.remove(scratch.resolve("restored"));
          Await.until(
              what + ": an end of slots",
              () -> source.sql("SELECT count(*) FROM pg_replication_slots").equals("0"),
              source::log);
        }
        program.expect(0, "verify", "--all");
      }
      assertThat(unavailable)
          .as("of " + moments * commands.size() + " commands, those that lost the repository")
          .isGreaterThanOrEqualTo(moments * commands.size() / 2);
      program.expect(0, "backup");
    }
  }

  private Command.Ended loseDuring(
      Program program, List<String> command, Loss loss, Duration moment, String what)
      throws Exception {
    try (Victim victim = Victim.start(program, scratch, command.toArray(String[]::new))) {
      TimeUnit.NANOSECONDS.sleep(moment.toNanos());
      boolean open = !victim.messages().isEmpty();
      take(loss);
      Command.Ended ended = victim.awaitEnd();
      giveBack(loss, what);
      requireUnavailable(ended, open, what);
      return ended;
    }
  }

  /// Only a command that had not opened the repository yet may say that there is none.
  ///
  /// @param open whether a phase of its work had ended
  private static void requireUnavailable(Command.Ended ended, boolean open, String what) {
    if (ended.status() == 0) {
      return; // it had all that it needed
    }
    assertThat(ended.err())
        .as(what)
        .contains("hint:")
        .doesNotContain("\tat ", "error HF-3", "no backup");
    assertThat(ended.out()).as(what).doesNotContain("DAMAGED", "no backup");
    if (!open && ended.status() == 2) {
      assertThat(ended.err()).as(what).contains("error HF-1020");
    } else {
      assertThat(ended.err()).as(what).contains("error HF-2002").doesNotContain("HF-1020");
      assertThat(ended.status()).as(what + ": " + ended.all()).isEqualTo(3);
    }
  }

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#fewCases")
  void streamWaitsAndGoesOn(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    try (Cluster source =
        Cluster.create(
            15,
            scratch.resolve("source"),
            Map.of("track_commit_timestamp", "on"),
            "--wal-segsize=1")) {
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 500);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      program.expect(0, "backup");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        stream.awaitStored(source);
        for (int i = 0; i < moments; i++) {
          Loss loss = Loss.values()[i % Loss.values().length];
          ledger.write(seed + i, 2, random.nextInt(100), () -> {});
          take(loss);
          int complaints = stream.messages().split("HF-2002", -1).length;
          ledger.write(seed + i + 1000, 2, 10, () -> {});
          source.execute("SELECT pg_switch_wal()");
          Await.until(
              "a complaint of the stream",
              () -> stream.messages().split("HF-2002", -1).length > complaints,
              stream::messages);
          giveBack(loss, loss.toString());
          stream.awaitStored(source);
        }
      }
      assertThat(program.expect(0, "wal", "status", "--json").out()).contains("\"gaps\": []");
      Path to = scratch.resolve("restored");
      program.expect(0, "restore", "latest", "--to", to.toString());
      try (Cluster restored = Cluster.restored(15, to)) {
        restored.start();
        restored.awaitPromotion();
        assertThat(Ledger.read(restored))
            .isEqualTo(Ledger.stateAfter(ledger.account(), ledger.account().size()));
      }
    }
  }

  private void take(Loss loss) throws IOException {
    Files.move(repository, away);
    if (loss == Loss.EMPTY_DIRECTORY_LEFT) {
      Files.createDirectory(repository);
    }
  }

  private void giveBack(Loss loss, String what) throws IOException {
    if (loss == Loss.EMPTY_DIRECTORY_LEFT) {
      assertThat(repository).as(what + ": written in place of the repository").isEmptyDirectory();
      Files.delete(repository);
    } else {
      assertThat(repository).as(what).doesNotExist();
    }
    Files.move(away, repository);
  }

  private Duration time(Program program, List<String> command) throws IOException {
    long start = System.nanoTime();
    program.expect(0, command.toArray(String[]::new));
    Scratch.remove(scratch.resolve("restored"));
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
