package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.server.PageScan;
import io.holdfast.systemtests.Ledger.Commit;
import io.holdfast.systemtests.Targets.Target;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Concurrent sessions write to a cluster with two tablespaces while it is backed up twice and its
/// WAL is streamed. Restored to seeded targets and started, it has exactly the transactions that
/// the ledger's account has at the target; every page is checked, and `amcheck` finds nothing.
class LedgerRecoveryTest {
  private static final int WRITERS = 4;

  private static final DateTimeFormatter AS_THE_SERVER_WRITES_IT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSx", Locale.ROOT);

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  static Stream<Arguments> cases() {
    LongStream seeds = Seeds.thorough() ? LongStream.rangeClosed(1, 2) : LongStream.of(1);
    return seeds
        .boxed()
        .flatMap(seed -> Stream.of(15, 13, 17, 18).map(major -> Arguments.of(major, (long) seed)));
  }

  @ParameterizedTest(name = "PostgreSQL {0}, seed {1}")
  @MethodSource("cases")
  void clusterIsExactlyAsItWasAtEachTarget(int major, long seed) throws Exception {
    int ballastRows = Seeds.thorough() && major == 15 && seed == 1 ? 1_100_000 : 3_000;
    try (Cluster source =
        Cluster.create(major, scratch.resolve("source"), Map.of("track_commit_timestamp", "on"))) {
      Path one = source.directory("one");
      Path two = source.directory("two");
      source.execute(
          "CREATE TABLESPACE one LOCATION '" + one + "'",
          "CREATE TABLESPACE two LOCATION '" + two + "'",
          "CREATE EXTENSION amcheck");
      Ledger ledger = new Ledger(source);
      ledger.create("TABLESPACE one", "TABLESPACE two", ballastRows);
      Program program = program(source);
      program.expect(0, "init");
      List<Integer> ends = new ArrayList<>();
      String idle;
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        ledger.writeDuring(seed, WRITERS, () -> backup(program, "full"));
        ends.add(ledger.account().size());
        ledger.writeDuring(seed + 100, WRITERS, () -> backup(program, "incremental"));
        ends.add(ledger.account().size());
        ledger.write(seed + 200, WRITERS, 60, () -> {});
        idle = source.sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF')");
        // No commit, but WAL: the archive hears of the time without waiting for an idle server's
        // note.
        source.execute("SELECT pg_logical_emit_message(false, 'later', 'than idle')");
        stream.awaitStored(source);
        stream.awaitComplete(
            source, OffsetDateTime.parse(idle, AS_THE_SERVER_WRITES_IT).toInstant());
      }
      program.expect(0, "verify", "--all");
      program.expect(0, "test-restore", "latest");

      List<Commit> account = ledger.account();
      requireCommitsDuringBackups(program, account);
      List<Target> targets = new ArrayList<>();
      targets.add(new Target(List.of("--target-time", idle), account.size()));
      targets.addAll(Targets.choose(account, seed, ends.getFirst(), targetCount(major)));
      for (int i = 0; i < targets.size(); i++) {
        recoverAndCompare(program, source, targets.get(i), account, i);
      }
      assertThat(Ledger.read(source))
          .as("the source is as it was")
          .isEqualTo(Ledger.stateAfter(account, account.size()));
    }
  }

  private Program program(Cluster source) throws IOException {
    return new Program(scratch)
        .with("DATABASE_URL", source.url())
        .with("HOLDFAST_PG_BIN", source.programs().toString());
  }

  private static void requireCommitsDuringBackups(Program program, List<Commit> account)
      throws IOException {
    String list = program.expect(0, "list", "--json").out();
    List<String> starts = Answers.all(list, "startLsn");
    List<String> stops = Answers.all(list, "stopLsn");
    assertThat(starts).hasSize(2);
    for (int i = 0; i < starts.size(); i++) {
      BigInteger start = Targets.position(starts.get(i));
      BigInteger stop = Targets.position(stops.get(i));
      assertThat(account)
          .as("commits while a backup ran, between " + start + " and " + stop)
          .anySatisfy(
              commit ->
                  assertThat(Targets.position(commit.position())).isStrictlyBetween(start, stop));
    }
  }

  private static int targetCount(int major) {
    if (Seeds.thorough()) {
      return major == 15 ? 20 : 3;
    }
    return major == 15 ? 7 : 2;
  }

  private static void backup(Program program, String type) throws IOException {
    program.expect(0, "backup", "--type", type);
  }

  private void recoverAndCompare(
      Program program, Cluster source, Target target, List<Commit> account, int number)
      throws Exception {
    Path to = scratch.resolve("r" + number);
    List<String> arguments = new ArrayList<>(List.of("restore", "latest", "--to", to.toString()));
    for (String space : List.of("one", "two")) {
      arguments.add("--tablespace");
      arguments.add(
          source.data().resolveSibling(space) + "=" + scratch.resolve("r" + number + "-" + space));
    }
    arguments.addAll(List.of("--target-action", "promote"));
    arguments.addAll(target.arguments());
    program.expect(0, arguments.toArray(String[]::new));
    try (Cluster restored = Cluster.restored(source.major(), to)) {
      restored.start();
      restored.awaitPromotion();
      assertThat(Ledger.read(restored))
          .as(target.toString())
          .isEqualTo(Ledger.stateAfter(account, target.commits()));
      Structure.check(restored);
      restored.stop();
      assertThat(PageScan.run(to, 2, new Cancellation(), Progress.NONE).isClean()).isTrue();
      if (Files.exists(restored.programs().resolve("pg_checksums"))) {
        restored.program("pg_checksums", "--check", "-D", to.toString());
      }
    }
    Scratch.remove(to);
    Scratch.remove(scratch.resolve("r" + number + "-one"));
    Scratch.remove(scratch.resolve("r" + number + "-two"));
  }
}
