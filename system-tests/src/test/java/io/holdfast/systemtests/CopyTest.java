package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Backups and write-ahead log of a live cluster are copied to a repository with another key and to
/// one that shares the key space; the first repository is destroyed, and each copy brings the
/// cluster back at a moment between the backups.
class CopyTest {
  private static final String ROWS = "SELECT count(*) || ' ' || sum(id) FROM t";

  private Path scratch = Path.of("/tmp");
  private int restores;

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void copiesBringTheClusterBackWithoutTheFirstRepository() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      Path first = scratch.resolve("first");
      Path strangers = scratch.resolve("strangers");
      Path siblings = scratch.resolve("siblings");
      Path otherKey = scratch.resolve("other.key");
      Program program =
          new Program(scratch)
              .with("DATABASE_URL", source.url())
              .with("BACKUP_DIR", first.toString());
      Program stranger = program.with("BACKUP_DIR", strangers.toString()).withKeyFile(otherKey);
      Program sibling = program.with("BACKUP_DIR", siblings.toString());
      program.expect(0, "init");
      stranger.expect(0, "init", "--key-file", otherKey.toString());
      sibling.expect(0, "init", "--like", first.toString());
      String[] toStranger = {
        "copy", "--all", "--to", strangers.toString(), "--to-key-file", otherKey.toString()
      };
      String[] toSibling = {"copy", "--all", "--to", siblings.toString()};

      source.execute("CREATE TABLE t (id int, filler text)");
      String moment;
      String atMoment;
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        insert(source, 1, 20_000);
        program.expect(0, "backup");
        insert(source, 20_001, 25_000);
        source.execute("CHECKPOINT");
        program.expect(0, toStranger);
        program.expect(0, toSibling);
        source.execute("SELECT pg_create_restore_point('between')");
        moment = "between";
        atMoment = source.sql(ROWS);
        insert(source, 25_001, 30_000);
        program.expect(0, "key", "rotate");
        program.expect(0, "backup", "--type", "incremental");
        insert(source, 30_001, 31_000);
        stream.awaitStored(source);
      }
      String last = source.sql(ROWS);
      String names = names(program);
      String answer = program.expect(0, toStranger).out();
      assertThat(answer).contains("already there").contains("copied");
      program.expect(0, toSibling);
      assertThat(names(stranger)).isEqualTo(names);
      assertThat(names(sibling)).isEqualTo(names);
      assertThat(program.expect(0, toStranger).out()).doesNotContain("  copied");

      Scratch.remove(first);
      assertThat(Files.exists(first)).isFalse();
      for (Program copy : List.of(stranger, sibling)) {
        copy.expect(0, "verify", "--all");
        copy.expect(0, "key", "rotate");
        assertThat(restored(copy, firstOf(copy), "--target-name", moment)).isEqualTo(atMoment);
        assertThat(restored(copy, "latest")).isEqualTo(last);
      }
    }
  }

  private static void insert(Cluster source, int from, int to) throws SQLException {
    source.execute(
        "INSERT INTO t SELECT n, md5(n::text) FROM generate_series(" + from + ", " + to + ") n");
  }

  private static String names(Program program) throws IOException {
    return String.join(" ", Answers.all(program.expect(0, "list", "--json").out(), "id"));
  }

  private static String firstOf(Program program) throws IOException {
    return Answers.all(program.expect(0, "list", "--json").out(), "id").getFirst();
  }

  private String restored(Program program, String backup, String... target) throws Exception {
    Path to = scratch.resolve("restored-" + restores++);
    List<String> arguments =
        new java.util.ArrayList<>(List.of("restore", backup, "--to", to.toString()));
    arguments.addAll(List.of(target));
    if (target.length > 0) {
      arguments.addAll(List.of("--target-action", "promote"));
    }
    program.expect(0, arguments.toArray(String[]::new));
    try (Cluster cluster = Cluster.restored(15, to)) {
      cluster.start();
      cluster.awaitPromotion();
      return cluster.sql(ROWS);
    }
  }
}
