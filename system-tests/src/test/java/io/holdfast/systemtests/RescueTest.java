package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The day on which Holdfast itself is of no use: the stand-alone reader out of the distribution,
/// run by a plain `java`, extracts a backup that was taken while the cluster was written to. The
/// oracle is what `holdfast restore` makes of the same backup, asked by SQL.
class RescueTest {
  private static final int WRITES_MIN = 3;
  private static final int DAMAGE_EACH_BYTES = 1_000;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void standAloneReaderBringsBackWhatHoldfastBringsBack() throws Exception {
    Program program = new Program(scratch);
    try (Cluster source = Cluster.create(Files.createDirectory(scratch.resolve("s")))) {
      backUpUnderWrites(program.with("DATABASE_URL", source.url()), source);
    }

    String expected = restoredByHoldfast(program);
    Path rescued = scratch.resolve("rescued");
    Command.Ended ended = reader("extract", "latest", "--to", rescued.toString());
    assertThat(ended.status()).as(ended.all()).isZero();
    assertThat(ended.err()).isEmpty();
    Cluster.giveToServer(rescued);
    try (Cluster cluster = Cluster.restored(TestPrograms.WITH_TOOLS, rescued.resolve("data"))) {
      cluster.program(
          "pg_verifybackup",
          "-n",
          "--ignore=tablespace_map",
          "-m",
          rescued.resolve("side/backup_manifest").toString(),
          cluster.data().toString());
      cluster.start();
      assertThat(digest(cluster)).isEqualTo(expected);
      assertThat(cluster.sql("SELECT pg_is_in_recovery()")).isEqualTo("f");
      cluster.sql("INSERT INTO a VALUES (-1, 'goes on')");
      cluster.stop();
      cluster.program("pg_checksums", "--check", "-D", cluster.data().toString());
    }
    requireRefusals();
  }

  /// Two backups: the second refers to pages of the first and has some of its own.
  private void backUpUnderWrites(Program program, Cluster source) throws Exception {
    source.sql("CREATE TABLESPACE one LOCATION '" + source.directory("one") + "'");
    source.execute(
        "CREATE TABLE a TABLESPACE one AS SELECT n AS id, md5(n::text) AS text"
            + " FROM generate_series(1, 30000) n",
        "CREATE TABLE b (id int PRIMARY KEY, text text)");
    program.expect(0, "init");
    program.expect(0, "backup");
    int writes = 0;
    try (Victim backup = Victim.start(program, scratch, "backup", "--checkpoint", "fast")) {
      while (backup.isAlive()) {
        source.execute(
            "INSERT INTO b SELECT n, 'write' FROM generate_series(1, 50) n"
                + " ON CONFLICT (id) DO UPDATE SET text = b.text || '.'",
            "UPDATE a SET text = text || '+' WHERE id % 400 = " + writes % 400);
        writes++;
      }
      assertThat(backup.awaitEnd().status()).as(backup.messages()).isZero();
    }
    assertThat(writes).as("writes during the backup").isGreaterThan(WRITES_MIN);
  }

  private String restoredByHoldfast(Program program) throws Exception {
    Path to = scratch.resolve("restored");
    program.expect(
        0,
        "restore",
        "latest",
        "--to",
        to.toString(),
        "--target-immediate",
        "--target-action",
        "promote",
        "--tablespace",
        scratch.resolve("s/one") + "=" + to + "-one");
    try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      restored.start();
      restored.awaitPromotion();
      return digest(restored);
    }
  }

  /// Damage, a wrong key, and a directory that is in use.
  private void requireRefusals() throws IOException {
    assertThat(reader("extract", "latest", "--to", scratch + "/rescued").status()).isEqualTo(2);
    Command.Ended locked =
        new StandAloneReader(scratch)
            .run(Map.of("BACKUP_ENCRYPTION_KEY", "ab".repeat(32)), "list", repository());
    assertThat(locked.status()).as(locked.all()).isEqualTo(2);

    Path pack = largestPack();
    byte[] bytes = Files.readAllBytes(pack);
    for (int at = 128; at < bytes.length; at += DAMAGE_EACH_BYTES) {
      bytes[at] ^= 0x10;
    }
    Files.delete(pack);
    Files.write(pack, bytes);
    Command.Ended damaged = reader("extract", "latest", "--to", scratch + "/half");
    assertThat(damaged.status()).as(damaged.all()).isEqualTo(4);
    List<String> errors =
        damaged.err().lines().filter(line -> !line.startsWith("warning: damaged: ")).toList();
    assertThat(errors).as(damaged.err()).hasSize(1);
    assertThat(errors.getFirst()).startsWith("error: damaged: chunk ");
    assertThat(scratch.resolve("half/data/global/pg_control")).doesNotExist();
  }

  private Command.Ended reader(String command, String... arguments) throws IOException {
    return new StandAloneReader(scratch)
        .run(
            Map.of("BACKUP_ENCRYPTION_KEY", Program.KEY),
            Stream.concat(Stream.of(command, repository()), Stream.of(arguments))
                .toArray(String[]::new));
  }

  private String repository() {
    return scratch.resolve("repository").toString();
  }

  private Path largestPack() throws IOException {
    try (Stream<Path> files = Files.walk(scratch.resolve("repository/packs"))) {
      return files
          .filter(Files::isRegularFile)
          .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
          .orElseThrow();
    }
  }

  private static String digest(Cluster cluster) throws Exception {
    return cluster.sql(
        "SELECT (SELECT md5(string_agg(a::text, ',' ORDER BY id)) FROM a) || ' ' ||"
            + " (SELECT count(*) || md5(string_agg(b::text, ',' ORDER BY id)) FROM b)");
  }
}
