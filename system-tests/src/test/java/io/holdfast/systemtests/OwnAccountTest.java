package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.storage.s3.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Backups go from a directory into a bucket of another account and come back: the variables of the
/// store open the first repository, those with `HOLDFAST_TO_` before them the second, and neither
/// opens the other.
class OwnAccountTest {
  private static final String ROWS =
      "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY id)) FROM t";
  private static final String OTHER_KEY = "ffeeddccbbaa99887766554433221100".repeat(2);
  private static final Map<String, String> RIGHT = S3Server.environment();
  private static final Map<String, String> WRONG =
      Map.of("AWS_ACCESS_KEY_ID", "somebody", "AWS_SECRET_ACCESS_KEY", "planted-secret");

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
  void aBucketOfAnotherAccountBringsTheClusterBack() throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    Path first = scratch.resolve("first");
    try (S3Server server = S3Server.start(S3Server.Kind.S3PROXY, files);
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      String bucket = server.newPlace();
      Program offsite = at(bucket, OTHER_KEY).withAll("", RIGHT);
      Program host =
          at(first.toString(), Program.KEY)
              .with("DATABASE_URL", source.url())
              .with("BACKUP_TO_ENCRYPTION_KEY", OTHER_KEY)
              .withAll("", WRONG);
      host.expect(0, "init");
      offsite.expect(0, "init");
      source.execute("CREATE TABLE t (id int, text text)");
      insert(source, 1, 20_000);
      host.expect(0, "backup");
      String[] copy = {"copy", "--all", "--to", bucket};

      requireRefused(host.run(copy));
      requireRefused(host.withAll("", RIGHT).withAll("HOLDFAST_TO_", WRONG).run(copy));
      assertThat(names(offsite)).isEmpty();

      Program copying = host.withAll("HOLDFAST_TO_", RIGHT);
      assertThat(copying.expect(0, copy).out()).contains("  copied: ").contains("sealed anew");
      assertThat(copying.expect(0, copy).out()).contains("already there");
      assertThat(names(offsite)).hasSize(1).isEqualTo(names(host));
      insert(source, 20_001, 25_000);
      assertThat(host.expect(6, "backup", "--also", bucket).out())
          .contains("stored  " + first)
          .contains("FAILED  " + bucket + ": ");
      assertThat(copying.expect(0, "backup", "--also", bucket).out())
          .contains("stored  " + first)
          .contains("stored  " + bucket);
      assertThat(names(offsite)).hasSize(2);

      Scratch.remove(first);
      assertThat(restored(offsite, "restored")).isEqualTo(source.sql(ROWS));
      copyBack(offsite, source.sql(ROWS));
    }
  }

  /// The bucket is the first repository now.
  private void copyBack(Program offsite, String rows) throws Exception {
    Path back = scratch.resolve("back");
    Program home = at(back.toString(), Program.KEY);
    home.expect(0, "init");
    Program copying = offsite.with("BACKUP_TO_ENCRYPTION_KEY", Program.KEY);
    String[] copy = {"copy", "--all", "--to", back.toString()};

    requireRefused(copying.withAll("", WRONG).withAll("HOLDFAST_TO_", RIGHT).run(copy));
    assertThat(names(home)).isEmpty();

    copying.withAll("HOLDFAST_TO_", WRONG).expect(0, copy);
    assertThat(names(home)).hasSize(2).isEqualTo(names(offsite));
    assertThat(restored(home, "restored-from-back")).isEqualTo(rows);
  }

  private Program at(String place, String key) {
    return new Program(scratch).with("BACKUP_DIR", place).with("BACKUP_ENCRYPTION_KEY", key);
  }

  private static void requireRefused(Command.Ended ended) throws IOException {
    Refusal.expect(3, "HF-2002", ended, S3Server.BUCKET, "Check the access key");
    assertThat(ended.all()).doesNotContain("planted-secret");
  }

  private static void insert(Cluster source, int from, int to) throws SQLException {
    source.execute(
        "INSERT INTO t SELECT n, md5(n::text) FROM generate_series(" + from + ", " + to + ") n");
  }

  private static List<String> names(Program program) throws IOException {
    return Answers.all(program.expect(0, "list", "--json").out(), "id");
  }

  private String restored(Program program, String name) throws Exception {
    Path to = scratch.resolve(name);
    program.expect(0, "restore", "latest", "--to", to.toString(), "--wal", "staged");
    try (Cluster cluster = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      cluster.start();
      cluster.awaitPromotion();
      return cluster.sql(ROWS);
    }
  }
}
