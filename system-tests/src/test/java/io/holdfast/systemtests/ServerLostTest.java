package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.systemtests.Ledger.Commit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The server goes away at seeded moments, in one way after the other: stopped without a word, a
/// process of it killed, the connections cut. A backup says so and leaves nothing; a WAL stream
/// waits and goes on.
class ServerLostTest {
  private Path scratch = Path.of("/tmp");

  /// How the server goes away, and comes back.
  private enum Loss {
    STOPPED_AT_ONCE,
    PROCESS_KILLED,
    LINE_CUT;

    void strike(Cluster server, CuttableLine line) throws Exception {
      switch (this) {
        case STOPPED_AT_ONCE -> server.kill();
        case PROCESS_KILLED -> killSender(server);
        case LINE_CUT -> line.cut();
      }
    }

    void mend(Cluster server) throws Exception {
      switch (this) {
        case STOPPED_AT_ONCE -> server.start();
        case PROCESS_KILLED -> Await.until("the server recovers", () -> isUp(server), server::log);
        case LINE_CUT -> {}
      }
    }

    private static boolean isUp(Cluster server) {
      try {
        return server.sql("SELECT 1").equals("1");
      } catch (java.sql.SQLException _) {
        return false;
      }
    }

    private static void killSender(Cluster server) throws Exception {
      String pid =
          server.sql(
              "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'holdfast%'"
                  + " ORDER BY backend_type = 'walsender' DESC, application_name LIMIT 1");
      if (!pid.isEmpty()) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

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
  void backupWhoseServerIsLostFailsAndLeavesNothing(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    int failed = 0;
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        CuttableLine line = CuttableLine.to(source)) {
      new Ledger(source).create("", "TABLESPACE pg_default", 20_000);
      Program program = new Program(scratch).with("DATABASE_URL", line.url());
      program.expect(0, "init");
      Duration usual = backup(program);
      int known = 1;
      for (int i = 0; i < moments; i++) {
        Loss loss = Loss.values()[i % Loss.values().length];
        Duration moment = Moments.within(usual, random.nextDouble());
        String what = "moment " + i + ": " + loss + " after " + moment.toMillis() + " ms";
        Command.Ended ended = loseDuringBackup(program, source, line, loss, moment);
        if (ended.status() == 0) {
          known++;
        } else {
          failed++;
          assertThat(ended.err())
              .as(what)
              .contains("HF-2001", "hint:")
              .doesNotContain("\tat ", "HF-9001");
          assertThat(ended.status()).as(what + ": " + ended.err()).isEqualTo(3);
        }
        loss.mend(source);
        assertThat(Answers.all(program.expect(0, "list", "--json").out(), "id"))
            .as(what)
            .hasSize(known);
        Await.until(
            what + ": an end of slots",
            () -> source.sql("SELECT count(*) FROM pg_replication_slots").equals("0"),
            source::log);
        usual = backup(program);
        known++;
      }
      program.expect(0, "verify", "--all");
      assertThat(failed).as("of " + moments + " backups, those that failed").isPositive();
    }
  }

  private Command.Ended loseDuringBackup(
      Program program, Cluster source, CuttableLine line, Loss loss, Duration moment)
      throws Exception {
    try (Victim backup = Victim.start(program, scratch, "backup")) {
      TimeUnit.NANOSECONDS.sleep(moment.toNanos());
      loss.strike(source, line);
      return backup.awaitEnd();
    }
  }

  private static Duration backup(Program program) throws IOException {
    long start = System.nanoTime();
    program.expect(0, "backup");
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#cases")
  void streamWhoseServerIsLostWaitsAndGoesOn(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    try (Cluster source =
            Cluster.create(
                15,
                scratch.resolve("source"),
                Map.of("track_commit_timestamp", "on"),
                "--wal-segsize=1");
        CuttableLine line = CuttableLine.to(source)) {
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 500);
      Program program = new Program(scratch).with("DATABASE_URL", line.url());
      program.expect(0, "init");
      program.expect(0, "backup");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        // The backup stored its own WAL: only more of it shows that the stream has begun. A server
        // that is away when it begins ends it at once, so that wrong addresses are noticed.
        ledger.write(seed + 2000, 2, 5, () -> {});
        stream.awaitStored(source);
        for (int i = 0; i < moments; i++) {
          Loss loss = Loss.values()[i % Loss.values().length];
          ledger.write(seed + i, 2, 5 + random.nextInt(200), () -> {});
          loss.strike(source, line);
          loss.mend(source);
          ledger.write(seed + i + 1000, 2, 5, () -> {});
          if (random.nextBoolean()) {
            stream.awaitStored(source);
          }
          assertThat(stream.process().isAlive()).as(stream.messages()).isTrue();
        }
        stream.awaitStored(source);
        assertThat(stream.messages()).contains("trying again");
      }
      assertThat(program.expect(0, "wal", "status", "--json").out()).contains("\"gaps\": []");
      compare(program, ledger.account());
    }
  }

  private void compare(Program program, List<Commit> account) throws Exception {
    Path to = scratch.resolve("restored");
    program.expect(0, "restore", "latest", "--to", to.toString());
    try (Cluster restored = Cluster.restored(15, to)) {
      restored.start();
      restored.awaitPromotion();
      assertThat(Ledger.read(restored)).isEqualTo(Ledger.stateAfter(account, account.size()));
    }
  }
}
