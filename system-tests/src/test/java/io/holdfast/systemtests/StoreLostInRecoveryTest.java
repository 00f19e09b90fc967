package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server recovers with `wal fetch` as its `restore_command`, and in the middle of it the
/// repository becomes unusable in one way after the other. The server has no recovery target, so
/// that an exit status which looks like "there is no such file" would make it end recovery and
/// begin to live too early. It stops each time, and reaches the exact state in the end.
class StoreLostInRecoveryTest {
  private static final int TROUBLE = 126;

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
    return Moments.seeds();
  }

  /// What goes wrong, and what makes it good again, in words of the shell. Where the last word is
  /// `false`, it goes wrong again at each call that follows.
  private enum Disaster {
    MOVED_AWAY("mv %1$s %1$s.away", "mv %1$s.away %1$s"),
    UNMOUNTED("mv %1$s %1$s.away && mkdir %1$s", "rmdir %1$s && mv %1$s.away %1$s"),
    UNREADABLE("chmod 000 %1$s", "chmod 700 %1$s"),
    WRONG_KEY("export BACKUP_ENCRYPTION_KEY=" + "77".repeat(32) + "; false", "true"),
    NO_MEMORY("export HOLDFAST_JAVA_OPTS=-Xmx1m; false", "true"),
    KILLED(
        "(for i in $(seq 500); do for l in $(pgrep -P $$ -f bin/holdfast); do"
            + " pkill -KILL -P $l java && exit; done; sleep 0.01; done) & false",
        "true"),
    GARBLED(
        "cp -a %1$s %1$s.good && chmod -R u+w %1$s/wal && find %1$s/wal -type f"
            + " -exec sh -c 'printf XX | dd of=$0 bs=1 seek=200 conv=notrunc 2>/dev/null' {} \\;",
        "rm -rf %1$s && mv %1$s.good %1$s");

    private final String strike;
    private final String mend;

    Disaster(String strike, String mend) {
      this.strike = strike;
      this.mend = mend;
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void serverNeverEndsRecoveryEarly(long seed) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    Path repository = Files.createDirectory(scratch.resolve("store")).resolve("repository");
    Program program = new Program(scratch).with("BACKUP_DIR", repository.toString());
    Map<Long, Long> expected = backUp(program, seed);
    FetchScript fetch = FetchScript.create(scratch.resolve("fetch"), repository);
    Path data = scratch.resolve("restored");
    int files = restore(program, data, fetch);
    Cluster.giveToServer(scratch.resolve("store"));
    try (Cluster restored = Cluster.restored(15, data)) {
      for (Disaster disaster : Disaster.values()) {
        int after = random.nextInt(files - 1);
        String what = disaster + " after " + after + " files";
        fetch.strike(after, disaster.strike.formatted(repository));
        restored.tryStart();
        Await.until(what + ": the server gives up", () -> !restored.isRunning(), restored::log);
        List<FetchScript.Call> calls = fetch.calls();
        assertThat(calls).as(what).hasSizeGreaterThan(after);
        assertThat(calls.getLast().status())
            .as(what + ": " + fetch.messages())
            .isGreaterThanOrEqualTo(TROUBLE);
        assertThat(restored.log()).contains("FATAL:  could not restore file");
        assertStillRecovering(restored, what);
        sh(disaster.mend.formatted(repository));
        Files.delete(restored.data().resolve("server.log"));
      }
      fetch.strike(0, "true");
      restored.start();
      restored.awaitPromotion();
      assertThat(Ledger.read(restored)).isEqualTo(expected);
    }
  }

  private static void assertStillRecovering(Cluster restored, String what) throws IOException {
    String control = restored.program("pg_controldata", "-D", restored.data().toString()).out();
    assertThat(control)
        .as(what)
        // Where not even the first file came, it is still as it was when the backup read it.
        .containsPattern("Database cluster state: +in (archive recovery|production)\n")
        .containsPattern("Latest checkpoint's TimeLineID: +1\n");
    assertThat(restored.log())
        .as(what)
        .doesNotContain("selected new timeline", "recovery complete");
    assertThat(restored.data().resolve("recovery.signal")).as(what).exists();
  }

  private Map<Long, Long> backUp(Program settings, long seed) throws Exception {
    try (Cluster source =
        Cluster.create(
            15,
            scratch.resolve("source"),
            Map.of("track_commit_timestamp", "on"),
            "--wal-segsize=1")) {
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 2_000);
      Program program = settings.with("DATABASE_URL", source.url());
      program.expect(0, "init");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        program.expect(0, "backup");
        ledger.write(seed, 2, 60, () -> {});
        source.execute(
            "CREATE TABLE noise AS SELECT n, md5(n::text) FROM generate_series(1, 30000) n");
        ledger.write(seed + 1, 2, 20, () -> {});
        stream.awaitStored(source);
      }
      return Ledger.stateAfter(ledger.account(), ledger.account().size());
    }
  }

  /// Restores without a target, and takes away what would make recovery independent of the
  /// repository.
  ///
  /// @return how many files of WAL recovery needs
  private static int restore(Program program, Path to, FetchScript fetch) throws IOException {
    program.expect(0, "restore", "latest", "--to", to.toString());
    Path staged = to.resolve("holdfast_wal");
    int files;
    try (Stream<Path> names = Files.list(staged)) {
      files = (int) names.count();
    }
    Scratch.remove(staged);
    Files.writeString(
        to.resolve("postgresql.auto.conf"),
        "restore_command = '%s'%nrecovery_target_lsn = ''%n".formatted(fetch.command()),
        StandardOpenOption.APPEND);
    return files;
  }

  private static void sh(String command) throws IOException {
    Command.Ended ended = Command.run(Path.of("/tmp"), Map.of(), List.of("sh", "-c", command));
    assertThat(ended.status()).as(command + ": " + ended.all()).isZero();
  }

  @Test
  void fetchSaysAbsentOnlyOfWhatIsCertainlyAbsent() throws Exception {
    Path repository = Files.createDirectory(scratch.resolve("store")).resolve("repository");
    Program program = new Program(scratch).with("BACKUP_DIR", repository.toString());
    backUp(program, 1);
    Path staged = scratch.resolve("restored/holdfast_wal");
    program.expect(0, "restore", "latest", "--to", scratch.resolve("restored").toString());
    String there;
    try (Stream<Path> names = Files.list(staged)) {
      there = names.map(p -> p.getFileName().toString()).sorted().findFirst().orElseThrow();
    }
    FetchScript fetch = FetchScript.create(scratch.resolve("fetch"), repository);
    Cluster.giveToServer(scratch.resolve("store"));
    Path to = Files.createDirectory(scratch.resolve("to"));
    Cluster.giveToServer(to);

    assertThat(fetch.run(there, to.resolve("x")).status()).isZero();
    assertThat(to.resolve("x")).hasSameBinaryContentAs(staged.resolve(there));
    for (String absent :
        List.of("0000000100000000000000FF", "00000002.history", "000000020000000000000001")) {
      assertThat(fetch.run(absent, to.resolve("y")).status()).as(absent).isEqualTo(1);
    }
    List<String> asked = List.of(there, "0000000100000000000000FF", "00000002.history");
    for (Disaster disaster : Disaster.values()) {
      for (String name : asked) {
        fetch.strike(0, disaster.strike.formatted(repository));
        int status = fetch.run(name, to.resolve("y")).status();
        sh(disaster.mend.formatted(repository));
        boolean notAskedFor = disaster == Disaster.GARBLED && name.endsWith(".history");
        assertThat(status)
            .as(disaster + " and " + name + ": " + fetch.messages())
            .isGreaterThanOrEqualTo(notAskedFor ? 1 : TROUBLE);
      }
    }
    assertThat(to.resolve("y")).as("nothing is left in the place of a file").doesNotExist();
    assertThat(fetch.run("nonsense", to.resolve("y")).status()).isGreaterThanOrEqualTo(TROUBLE);
    assertThat(fetch.run(there, to.resolve("no/such/directory")).status())
        .isGreaterThanOrEqualTo(TROUBLE);
    assertThat(
            program
                .run("wal", "fetch", "--source", "nobody", there, to.resolve("y").toString())
                .status())
        .as("a source that nobody knows")
        .isGreaterThanOrEqualTo(TROUBLE);
  }
}
