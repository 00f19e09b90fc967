package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A cluster with two tablespaces on Debian's PostgreSQL 15: backed up while it is written to, its
/// WAL streamed, restored to targets, started by `pg_ctl` from an empty environment. The oracle is
/// what SQL says in the recovered server.
class RestoreTest {
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
      Path one = source.directory("one");
      Path two = source.directory("two");
      source.sql("CREATE TABLESPACE one LOCATION '" + one + "'");
      source.sql("CREATE TABLESPACE two LOCATION '" + two + "'");
      source.sql(
          "CREATE TABLE a TABLESPACE one AS SELECT n AS id, md5(n::text) AS text FROM generate_series(1, 50000) n");
      source.sql(
          "CREATE TABLE b (id int PRIMARY KEY USING INDEX TABLESPACE two, text text) TABLESPACE two");
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      expect(0, program.run("init"));
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        expect(0, program.run("backup"));
        Command.Ended again = expect(0, program.run("backup", "--type", "incremental", "--json"));
        assertThat(number(again.out(), "storedBytes") * 100)
            .as("the second backup of an unchanged cluster stores less than 1 %")
            .isLessThan(number(again.out(), "logicalBytes"));
        source.sql("INSERT INTO b SELECT n, md5(n::text) FROM generate_series(1, 1000) n");
        String before = digest(source);
        source.sql("SELECT pg_create_restore_point('before_mistake')");
        source.sql("DELETE FROM b; UPDATE a SET text = 'gone' WHERE id % 2 = 0");
        String after = digest(source);
        source.sql("SELECT pg_switch_wal()");
        stream.awaitStored(source);

        String name = restoreAndAsk(program, "r1", one, two, "--target-name", "before_mistake");
        assertThat(name).as("state at the restore point").isEqualTo(before).isNotEqualTo(after);
        assertThat(restoreAndAsk(program, "r2", one, two)).as("state at the end").isEqualTo(after);
        Command.Ended proof = expect(0, program.run("test-restore", "latest", "--json"));
        assertThat(proof.out()).contains("\"clean\": true");
        expect(0, program.run("verify", "--all"));
      }
    }
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

  private String restoreAndAsk(Program program, String name, Path one, Path two, String... target)
      throws Exception {
    Path to = scratch.resolve(name);
    String[] fixed = {
      "restore",
      "latest",
      "--to",
      to.toString(),
      "--tablespace",
      one + "=" + scratch.resolve(name + "-one"),
      "--tablespace",
      two + "=" + scratch.resolve(name + "-two"),
      "--target-action",
      "promote"
    };
    expect(
        0, program.run(Stream.concat(Stream.of(fixed), Stream.of(target)).toArray(String[]::new)));
    try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      restored.start();
      restored.awaitPromotion();
      String answer = digest(restored);
      restored.stop();
      restored.program("pg_checksums", "--check", "-D", to.toString());
      return answer;
    }
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
