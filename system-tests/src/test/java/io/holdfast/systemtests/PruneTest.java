package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Of three backups of a server two are forgotten and pruned away: the third is whole and restores
/// to what the server had then, and the repository is smaller.
class PruneTest {
  private static final String CONTENT =
      "SELECT count(*) || ' ' || coalesce(md5(string_agg(n || filler, ',' ORDER BY n)), '') FROM t";

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
  void whatIsForgottenAndPrunedIsGoneAndTheRestIsWhole() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      String first = backUpWith(source, program, 1);
      String second = backUpWith(source, program, 2);
      String third = backUpWith(source, program, 3);
      String content = source.sql(CONTENT);

      requireRefusals(program, third);
      requireNothingToPrune(program);
      program.expect(0, "forget", first, second);
      assertThat(listed(program)).containsExactly(third);

      long before = storedBytes();
      String plan = prune(program, "--dry-run");
      assertThat(Long.parseLong(Answers.only(plan, "freedBytes"))).isPositive();
      assertThat(storedBytes()).as("after the dry run").isEqualTo(before);
      String report = prune(program);
      assertThat(Answers.only(report, "buried")).isEqualTo("true");
      assertThat(Answers.only(report, "refusedDeletes")).isEqualTo("0");
      assertThat(storedBytes())
          .as("stored bytes, of " + before + ": " + report)
          .isLessThan(before * 2 / 3);
      assertThat(Answers.only(prune(program, "--dry-run"), "removedPacks")).isEqualTo("0");

      program.expect(0, "verify", "--all");
      assertThat(listed(program)).containsExactly(third);
      program.expect(2, "show", first);
      assertThat(Restored.answer(program, source, scratch, third, CONTENT)).isEqualTo(content);

      // Deduplication goes on from what is left.
      String fourth = backUpWith(source, program, 4);
      program.expect(0, "verify", "--all");
      assertThat(Restored.answer(program, source, scratch, fourth, CONTENT))
          .isEqualTo(source.sql(CONTENT));
    }
  }

  private static String backUpWith(Cluster source, Program program, int number)
      throws IOException, SQLException {
    source.execute(
        "DROP TABLE IF EXISTS t",
        "CREATE TABLE t AS SELECT n, (SELECT string_agg(md5(n::text || i || 'v"
            + number
            + "'), '') FROM generate_series(1, 20) i) AS filler FROM generate_series(1, 15000) n",
        "CHECKPOINT");
    program.expect(0, "backup");
    return listed(program).getLast();
  }

  private static void requireRefusals(Program program, String newest) throws IOException {
    assertThat(program.expect(2, "forget", newest).err()).contains("--newest-too");
    assertThat(program.expect(2, "forget", "latest").err()).contains("--newest-too");
    assertThat(program.expect(2, "forget").err()).contains("no backup was named");
    program.expect(2, "forget", "no-such-backup");
    program.expect(2, "forget", "--keep-last", "0");
    program.expect(2, "prune", "--max-unused", "101");
    String json = program.expect(0, "forget", "--keep-last", "2", "--dry-run", "--json").out();
    assertThat(json).contains("wouldForget").contains("keep-last");
    assertThat(listed(program)).hasSize(3);
  }

  private static void requireNothingToPrune(Program program) throws IOException {
    String report = program.expect(0, "prune", "--json").out();
    assertThat(Answers.only(report, "deletedObjects")).isEqualTo("0");
    assertThat(Answers.only(report, "removedPacks")).isEqualTo("0");
  }

  private static String prune(Program program, String... more) throws IOException {
    String[] all =
        Stream.concat(
                Stream.of("prune", "--json", "--max-unused", "0", "--bury-max", "100"),
                Stream.of(more))
            .toArray(String[]::new);
    return program.expect(0, all).out();
  }

  private static List<String> listed(Program program) throws IOException {
    return Answers.all(program.expect(0, "list", "--json").out(), "id");
  }

  private long storedBytes() throws IOException {
    try (Stream<Path> files = Files.walk(scratch.resolve("repository/packs"))) {
      return files.filter(Files::isRegularFile).mapToLong(PruneTest::bytes).sum();
    }
  }

  private static long bytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
