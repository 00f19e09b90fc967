package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A cluster with two tablespaces on Debian's PostgreSQL 15: backed up while it is written to, its
/// WAL streamed, restored to targets, started by `pg_ctl` from an empty environment. The oracle is
/// what SQL says in the recovered server.
class RestoreTest {
  /// What is promised, and a second for the store.
  private static final Duration BEHIND_MAX = Duration.ofSeconds(6);

  private static final int TRIES = 3;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws Exception {
    Scratch.remove(scratch);
  }

  @Test
  void clusterComesBackAtARestorePointAndAtItsEnd() throws Exception {
    try (Cluster source = Cluster.create(Files.createDirectory(scratch.resolve("s")))) {
      createTables(source);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      expect(0, program.run("init"));
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        expect(0, program.run("backup"));
        Command.Ended again = expect(0, program.run("backup", "--type", "incremental", "--json"));
        assertThat(number(again.out(), "storedBytes") * 100)
            .as("the second backup of an unchanged cluster stores less than 1 %")
            .isLessThan(number(again.out(), "logicalBytes"));
        requireStableForm(program.expect(0, "list", "--json").out());
        source.sql("INSERT INTO b SELECT n, md5(n::text) FROM generate_series(1, 1000) n");
        String before = digest(source);
        source.sql("SELECT pg_create_restore_point('before_mistake')");
        source.sql("DELETE FROM b; UPDATE a SET text = 'gone' WHERE id % 2 = 0");
        requireStoredInTime(program, stream, source);
        String after = digest(source);
        assertThat(after).isNotEqualTo(before);
        spoilAnIndex(source);
        source.sql("SELECT pg_switch_wal()");
        stream.awaitStored(source);

        whileTheStreamStandsStill(
            program,
            stream,
            source,
            () -> {
              restoreWithoutAction(program, source, before);
              assertThat(restoreAndAsk(program, source)).as("state at the end").isEqualTo(after);
              proveBeforeAndAfterTheMistake(program);
            });
        expect(0, program.run("verify", "--all"));
      }
    }
  }

  private static void createTables(Cluster source) throws Exception {
    source.sql("CREATE TABLESPACE one LOCATION '" + source.directory("one") + "'");
    source.sql("CREATE TABLESPACE two LOCATION '" + source.directory("two") + "'");
    source.sql(
        "CREATE TABLE a TABLESPACE one AS SELECT n AS id, md5(n::text) AS text FROM generate_series(1, 50000) n");
    source.sql(
        "CREATE TABLE b (id int PRIMARY KEY USING INDEX TABLESPACE two, text text) TABLESPACE two");
  }

  /// Scripts rely on these names.
  private static void requireStableForm(String json) {
    assertThat(json.lines().filter(line -> line.contains("\": ")).map(RestoreTest::key).distinct())
        .contains("id", "source", "kind", "type", "parent", "status", "startedAt", "completedAt")
        .contains("timeline", "startLsn", "stopLsn", "logicalBytes", "storedBytes", "files");
    assertThat(Answers.all(json, "type")).containsExactly("full", "incremental");
    assertThat(Answers.all(json, "parent"))
        .containsExactly("null", Answers.all(json, "id").getFirst());
  }

  private static String key(String line) {
    return line.substring(line.indexOf('"') + 1, line.indexOf("\": "));
  }

  /// WAL in the repository is five seconds behind at most. Machines that are busy with other things
  /// get three tries.
  private void requireStoredInTime(Program program, RunningStream stream, Cluster source)
      throws Exception {
    List<Duration> behind = new ArrayList<>();
    while (behind.isEmpty() || behind.getLast().compareTo(BEHIND_MAX) > 0) {
      assertThat(behind).as("from a commit until it was stored").hasSizeLessThan(TRIES);
      stream.awaitStored(source);
      source.execute("UPDATE a SET text = 'try " + behind.size() + "' WHERE id < 1000");
      behind.add(storedAfter(program, source));
    }
  }

  private Duration storedAfter(Program program, Cluster source) throws Exception {
    Path committed = Files.createTempFile(scratch, "committed", "");
    var position = Targets.position(source.sql("SELECT pg_current_wal_flush_lsn()"));
    Await.until(
        "WAL up to " + position + " is stored",
        () -> {
          String status = program.expect(0, "wal", "status", "--json").out();
          return Targets.position(Answers.only(status, "to")).compareTo(position) >= 0;
        },
        source::log);
    return Duration.between(
        Files.getLastModifiedTime(committed).toInstant(),
        newestIn(scratch.resolve("repository/wal")));
  }

  private static Instant newestIn(Path directory) throws IOException {
    Instant newest = Instant.MIN;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Instant written = Files.getLastModifiedTime(file).toInstant();
        newest = written.isAfter(newest) ? written : newest;
      }
    }
    return newest;
  }

  /// All pages of the index are in order, and yet it does not have the rows of its table.
  private static void spoilAnIndex(Cluster source) throws Exception {
    String function = "FUNCTION key_of(text) RETURNS text IMMUTABLE LANGUAGE sql AS";
    source.execute(
        "CREATE TABLE c AS SELECT n::text AS text FROM generate_series(100, 110) n",
        "CREATE " + function + " 'SELECT $1'",
        "CREATE INDEX spoiled ON c (key_of(text))",
        "CREATE OR REPLACE " + function + " 'SELECT pg_catalog.reverse($1)'");
  }

  /// A backup beside a stream that does not store anything: it has to wait, which gives time to do
  /// something else, and then to store its own WAL before it is published.
  private void whileTheStreamStandsStill(
      Program program, RunningStream stream, Cluster source, Ledger.Scenario meanwhile)
      throws Exception {
    signal(stream, "STOP");
    try (Victim backup = Victim.start(program, scratch, "backup")) {
      meanwhile.run();
      assertThat(backup.awaitEnd().status()).as(backup.messages()).isZero();
      program.expect(0, "verify", "latest");
      String listed = program.expect(0, "list", "--json").out();
      String archived = program.expect(0, "wal", "status", "--json").out();
      assertThat(Targets.position(Answers.only(archived, "to")))
          .as("what a backup stored by itself, which began with backup 3 of " + listed)
          .isGreaterThanOrEqualTo(Targets.position(Answers.all(listed, "stopLsn").get(2)));
    } finally {
      signal(stream, "CONT");
    }
    source.execute("CREATE TABLE later (n int)");
    stream.awaitStored(source);
  }

  private void signal(RunningStream stream, String name) throws IOException {
    String process = Long.toString(stream.process().pid());
    Command.Ended ended = Command.run(scratch, Map.of(), List.of("/bin/kill", "-s", name, process));
    assertThat(ended.status()).as(ended.all()).isZero();
  }

  private void restoreWithoutAction(Program program, Cluster source, String expected)
      throws Exception {
    Path to = scratch.resolve("paused");
    Command.Ended ended = restore(program, source, to, "--target-name", "before_mistake");
    assertThat(ended.out()).contains("recovery will pause", "pg_wal_replay_resume()");
    try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      restored.start();
      Await.until(
          "a pause at the target",
          () -> restored.sql("SELECT pg_get_wal_replay_pause_state()").equals("paused"),
          restored::log);
      assertThat(digest(restored)).as("state at the restore point").isEqualTo(expected);
      restored.sql("SELECT pg_wal_replay_resume()");
      restored.awaitPromotion();
      restored.sql("DROP TABLE b");
    }
  }

  private void proveBeforeAndAfterTheMistake(Program program) throws IOException {
    Path script =
        Files.writeString(
            scratch.resolve("check.sql"), "SELECT true;\nSELECT count(*) > 0 FROM b;\n");
    String[] command = {"test-restore", "latest", "--json", "--check-sql", script.toString()};
    String[] past = {"--target-name", "before_mistake"};
    assertThat(program.expect(0, with(command, past)).out()).contains("\"clean\": true");
    assertThat(program.expect(4, command).out())
        .contains("\"clean\": false", "\"line 2: ", "spoiled");
  }

  @Test
  void damageIsReportedAndNeverRestored() throws Exception {
    try (Cluster source = Cluster.create(Files.createDirectory(scratch.resolve("s")))) {
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      expect(0, program.run("init"));
      expect(0, program.run("backup"));
      expect(0, program.run("verify", "latest"));
      Path pack = largestPack();
      byte[] bytes = Files.readAllBytes(pack);
      bytes[bytes.length / 3] ^= 0x10;
      Files.setPosixFilePermissions(pack, PosixFilePermissions.fromString("rw-------"));
      Files.write(pack, bytes);

      Command.Ended verified = expect(4, program.run("verify", "latest"));
      assertThat(verified.out()).contains("DAMAGED");
      Command.Ended restored = expect(4, program.run("restore", "latest", "--to", scratch + "/r"));
      assertThat(restored.err()).contains("HF-3001");
      assertThat(scratch.resolve("r/global/pg_control"))
          .as("no server starts on it")
          .doesNotExist();
    }
  }

  private String restoreAndAsk(Program program, Cluster source) throws Exception {
    Path to = scratch.resolve("promoted");
    restore(program, source, to, "--target-action", "promote");
    try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      restored.start();
      restored.awaitPromotion();
      String answer = digest(restored);
      restored.stop();
      restored.program("pg_checksums", "--check", "-D", to.toString());
      return answer;
    }
  }

  private static Command.Ended restore(
      Program program, Cluster source, Path to, String... arguments) throws IOException {
    String[] fixed = {
      "restore",
      "latest",
      "--to",
      to.toString(),
      "--tablespace",
      source.data().resolveSibling("one") + "=" + to + "-one",
      "--tablespace",
      source.data().resolveSibling("two") + "=" + to + "-two"
    };
    return program.expect(0, with(fixed, arguments));
  }

  private static String[] with(String[] first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }

  private static String digest(Cluster cluster) throws Exception {
    return cluster.sql(
        "SELECT (SELECT md5(string_agg(a::text, ',' ORDER BY id)) FROM a) || ' ' ||"
            + " coalesce((SELECT md5(string_agg(b::text, ',' ORDER BY id)) FROM b), 'none')");
  }

  private Path largestPack() throws IOException {
    try (Stream<Path> files = Files.walk(scratch.resolve("repository/packs"))) {
      return files
          .filter(Files::isRegularFile)
          .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
          .orElseThrow();
    }
  }

  private static long number(String json, String field) {
    int at = json.indexOf("\"" + field + "\": ") + field.length() + 4;
    return Long.parseLong(json.substring(at, json.indexOf(',', at)).strip());
  }

  private static Command.Ended expect(int status, Command.Ended ended) {
    assertThat(ended.status()).as(ended.all()).isEqualTo(status);
    return ended;
  }
}
