package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Dumps of a database in which sessions write all the time.
class DumpUnderLoadTest {
  private static final int MANY_WRITERS = 50;
  private static final int ACCOUNTS = 18_000;
  private static final int FEW_WRITERS = 8;
  private static final int FEW_ACCOUNTS = 6_000;
  private static final int STOPS = Seeds.thorough() ? 10 : 4;
  private static final int STOPS_MAX = 12;
  private static final String SESSIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'holdfast%'"
          + " OR application_name LIKE 'pg_dump%'";

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  static LongStream seeds() {
    return Seeds.stream().limit(Seeds.thorough() ? 10 : 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aDumpBesideFiftyWritersIsOfOneMoment(long seed) throws Exception {
    try (Cluster source = cluster()) {
      Bank bank = new Bank(source, ACCOUNTS);
      bank.create(MANY_WRITERS);
      Program program = program(source);
      bank.workDuring(
          seed,
          MANY_WRITERS,
          () -> {
            for (int i = 0; i < (Seeds.thorough() ? 5 : 2); i++) {
              long done = done(source, "postgres");
              program.expect(0, "dump", "backup", "--jobs", "4");
              assertThat(done(source, "postgres")).as("writers wrote").isGreaterThan(done);
            }
          });
      for (String backup : listed(program)) {
        requireWhole(program, source, backup);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aDumpThatIsStoppedLeavesNothingInTheServerAndNothingHalf(long seed) throws Exception {
    try (Cluster source = cluster()) {
      Bank bank = new Bank(source, FEW_ACCOUNTS);
      bank.create(FEW_WRITERS);
      Program program = program(source);
      SplittableRandom random = Seeds.random(seed);
      Set<String> killed = new HashSet<>();
      bank.workDuring(
          seed,
          FEW_WRITERS,
          () -> {
            List<String> known = new ArrayList<>();
            program.expect(0, "dump", "backup");
            // A signal may come when the dump is just done: then it was no stop.
            for (int i = 0; i < STOPS || (killed.size() < 2 && i < STOPS_MAX); i++) {
              known.addAll(newOnes(program, known));
              String signal = i % 2 == 0 ? "KILL" : "INT";
              if (stopped(program, source, signal, random)) {
                killed.add(signal);
              }
              Await.until(
                  "an end of the sessions after SIG" + signal,
                  Duration.ofSeconds(10),
                  () -> source.sql(SESSIONS).equals("0"),
                  () -> source.sql("SELECT string_agg(a::text, ' ') FROM pg_stat_activity a"));
              // What was published before it could say so is a dump.
              assertThat(listed(program))
                  .as("SIG" + signal)
                  .containsAll(known)
                  .hasSizeBetween(known.size(), known.size() + 1);
              program.expect(0, "dump", "backup");
            }
          });
      assertThat(killed).containsExactlyInAnyOrder("KILL", "INT");
      program.expect(0, "verify", "--all");
      requireWhole(program, source, listed(program).getLast());
    }
  }

  /// Stops a dump at some moment while it has sessions in the server. After Ctrl-C nothing is left
  /// of it on this machine either.
  ///
  /// @return false if it was over before
  private boolean stopped(Program program, Cluster source, String signal, SplittableRandom random)
      throws Exception {
    Path own = Files.createTempDirectory(scratch, "own");
    Path log = Files.createTempFile(scratch, "stopped", ".out");
    Process process =
        program.with("HOLDFAST_JAVA_OPTS", "-Djava.io.tmpdir=" + own).start(log, "dump", "backup");
    try {
      Await.until(
          "sessions of the dump",
          () -> !source.sql(SESSIONS).equals("0") || !process.isAlive(),
          () -> Files.readString(log));
      Duration moment = Duration.ofMillis(random.nextInt(250));
      if (process.waitFor(moment)) {
        return false;
      }
      // Only the program itself: whatever it started has to notice.
      Command.run(scratch, Map.of(), List.of("kill", "-" + signal, Long.toString(process.pid())));
      assertThat(process.waitFor(Duration.ofSeconds(20))).as("it ends").isTrue();
      // It may have been done when the signal came.
      if (process.exitValue() == 0) {
        return false;
      }
      if (signal.equals("INT")) {
        try (Stream<Path> left = Files.list(own)) {
          assertThat(left).as("left after Ctrl-C").isEmpty();
        }
      }
      return true;
    } finally {
      process.destroyForcibly();
    }
  }

  private void requireWhole(Program program, Cluster source, String backup) throws Exception {
    source.execute("CREATE DATABASE copy TEMPLATE template0");
    program.expect(0, "dump", "restore", backup, "--url", source.url("copy"));
    assertThat(Bank.broken(source, "copy")).as(backup).isEmpty();
    assertThat(done(source, "copy")).isPositive();
    source.execute("DROP DATABASE copy");
  }

  private Cluster cluster() throws IOException {
    return Cluster.create(
        TestPrograms.WITH_TOOLS,
        scratch.resolve("source"),
        Map.of("fsync", "off", "max_wal_size", "2GB"));
  }

  private Program program(Cluster source) throws IOException {
    Program program = new Program(scratch).with("DATABASE_URL", source.url());
    program.expect(0, "init");
    return program;
  }

  private static long done(Cluster cluster, String database) throws Exception {
    return Long.parseLong(cluster.sqlIn(database, "SELECT sum(done) FROM writers"));
  }

  private static List<String> newOnes(Program program, List<String> known) throws IOException {
    return listed(program).stream().filter(id -> !known.contains(id)).toList();
  }

  private static List<String> listed(Program program) throws IOException {
    String json = program.expect(0, "list", "--json").out();
    assertThat(Answers.all(json, "status")).allMatch("completed"::equals);
    return Answers.all(json, "id");
  }
}
