package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two servers on one catalog, one of which is killed again and again while backups run: each slot
/// of each schedule has one outcome, nothing is stuck, and what counts as completed is there.
class ServeNodesTest {
  private static final long SEED = 1;
  private static final int ROUNDS = Boolean.getBoolean("holdfast.thorough") ? 140 : 2;
  private static final String ROUND_SECONDS = "20";
  private static final List<String> SOURCES = List.of("a", "b", "c");

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
  void everySlotHasOneOutcomeWhicheverServerDies() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE DATABASE catalog",
          "CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n",
          "CREATE TABLE slow (n int)");
      Program program =
          new Program(scratch)
              .with("HOLDFAST_CONFIG", configuration(source).toString())
              .with("CATALOG_URL", source.url("catalog"));
      program.expect(0, "init");
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<Void> slow = CompletableFuture.runAsync(() -> slowDown(source, done::get));
      List<Serving> nodes = new ArrayList<>();
      try {
        Serving first = Serving.start(program, scratch);
        String token = first.setUp();
        nodes.add(first);
        nodes.add(Serving.start(program, scratch));
        killAgainAndAgain(source, program, nodes);
        assertThat(
                nodes
                    .getFirst()
                    .send("DELETE", "/api/admin/scheduled-backups", token, "")
                    .statusCode())
            .isEqualTo(200);
        Await.until(
            "the end of all runs",
            Duration.ofMinutes(5),
            () -> value(source, "SELECT count(*) FROM runs WHERE ended_at IS NULL").equals("0"),
            () -> runs(source));
      } finally {
        done.set(true);
        for (Serving node : nodes) {
          node.close();
        }
      }
      slow.join();
      requireOneOutcomeForEachSlot(source);
      requireBackups(source, program);
    }
  }

  private Path configuration(Cluster source) throws IOException {
    StringBuilder yaml = new StringBuilder("sources:\n");
    for (String name : SOURCES) {
      yaml.append("  %s: { url: '%s' }%n".formatted(name, source.url()));
    }
    yaml.append("schedules:\n");
    for (String name : SOURCES) {
      yaml.append(
          "  each-%s: { source: %s, run: dump, when: 'cron * * * * *', attempts: 5, then: [verify] }%n"
              .formatted(name, name));
    }
    return Files.writeString(scratch.resolve("holdfast.yaml"), yaml);
  }

  /// Dumps wait for a lock, so that servers die in the middle of them.
  private static void slowDown(Cluster source, java.util.function.BooleanSupplier done) {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      while (!done.getAsBoolean()) {
        statement.execute("BEGIN");
        statement.execute("LOCK TABLE slow");
        statement.execute("SELECT pg_sleep(7)");
        statement.execute("COMMIT");
        statement.execute("SELECT pg_sleep(3)");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void killAgainAndAgain(Cluster source, Program program, List<Serving> nodes)
      throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      String _ = source.sql("SELECT pg_sleep(" + ROUND_SECONDS + ")");
      // At the next moment at which something runs.
      Await.until(
          "something runs",
          Duration.ofMinutes(3),
          () -> !value(source, "SELECT count(*) FROM runs WHERE status = 'running'").equals("0"),
          () -> runs(source));
      int victim = random.nextInt(2);
      nodes.get(victim).kill();
      nodes.set(victim, Serving.start(program, scratch));
    }
  }

  private static String value(Cluster source, String query) throws SQLException {
    return source.sqlIn("catalog", query);
  }

  private static String runs(Cluster source) throws SQLException {
    return value(
        source,
        "SELECT string_agg(format('%s %s %s %s %s', schedule, slot, attempt, status, error_message), E'\\n')"
            + " FROM runs");
  }

  private static void requireOneOutcomeForEachSlot(Cluster source) throws SQLException {
    for (String name : SOURCES) {
      String mine = "FROM runs WHERE schedule = 'each-" + name + "'";
      assertThat(
              value(
                  source,
                  "SELECT count(*) FROM (SELECT slot "
                      + mine
                      + " GROUP BY slot HAVING count(*) FILTER (WHERE status IN ('completed', 'missed')) > 1) s"))
          .as("slots with two outcomes: " + runs(source))
          .isEqualTo("0");
      assertThat(
              value(
                  source,
                  "SELECT sum(covers) - (extract(epoch FROM max(slot) - min(begins)) / 60 + 1)::int"
                      + " FROM (SELECT slot, min(coalesce(missed_from, slot)) AS begins,"
                      + " max(greatest(missed_count, 1)) AS covers "
                      + mine
                      + " GROUP BY slot) s"))
          .as("slots without an outcome, or in two: " + runs(source))
          .isEqualTo("0");
      assertThat(value(source, "SELECT count(*) > 0 " + mine + " AND status = 'completed'"))
          .as(runs(source))
          .isEqualTo("t");
    }
    // Of so few kills each may hit the server that has nothing to do.
    if (Boolean.getBoolean("holdfast.thorough")) {
      assertThat(
              value(source, "SELECT count(*) > 0 FROM runs WHERE error_message LIKE '%went away%'"))
          .as("no server died in the middle of a run: " + runs(source))
          .isEqualTo("t");
    }
  }

  /// What the catalog calls completed is in the repository, whole.
  private void requireBackups(Cluster source, Program program) throws Exception {
    program.expect(0, "check");
    String names =
        value(
            source,
            "SELECT string_agg(result->>'backup', ' ') FROM runs WHERE kind = 'dump' AND status = 'completed'");
    String listed = program.expect(0, "list", "--json").all();
    for (String name : names.split(" ")) {
      assertThat(listed).contains(name);
    }
    source.execute("CREATE DATABASE restored");
    String last = names.substring(names.lastIndexOf(' ') + 1);
    program.expect(0, "dump", "restore", last, "--url", source.url("restored"));
    String rows = "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY n)) FROM t";
    assertThat(source.sqlIn("restored", rows)).isEqualTo(source.sql(rows));
  }
}
