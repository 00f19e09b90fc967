package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.systemtests.RequestCount.Kind;
import io.holdfast.systemtests.RequestCount.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// What WAL asks of a bucket while a stream runs, counted where it arrives, for `docs/costs.md`:
/// with somebody who writes a little all the time, with much that is written at once, and with
/// nobody who writes. A day is that, so much longer.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason = "hours of WAL: minutes by itself, so only with -Pthorough")
class WalCostTest {
  /// Of each kind of writing.
  private static final Duration WATCHED = Duration.ofSeconds(Seeds.thorough() ? 300 : 24);

  /// The stream stores what it has at least so often, as documented.
  private static final int STORED_EVERY_SECONDS = 4;

  private static final int MUCH_MIB = Seeds.thorough() ? 2_048 : 192;
  private static final int SEGMENT_MIB = 16;

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
  void walIsPutOncePerSegmentOrOncePerFourSecondsAndNothingElseIsAsked(TestReporter reporter)
      throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    try (S3Server bucket = S3Server.start(S3Server.Kind.S3PROXY, files);
        FaultProxy proxy = FaultProxy.before(bucket.port());
        Cluster source =
            Cluster.create(
                TestPrograms.WITH_TOOLS,
                scratch.resolve("source"),
                Map.of("max_wal_size", "4GB", "autovacuum", "off"))) {
      RequestCount count = RequestCount.at(proxy, reporter);
      String place = bucket.placeAt(proxy.endpoint());
      Program program = program(place, source);
      // Looks at the same repository without being counted.
      Program beside = program(place.replace(proxy.endpoint(), bucket.endpoint()), source);
      program.expect(0, "init");
      program.expect(0, "backup");
      source.execute("CREATE TABLE t (n bigint)", "CREATE TABLE wide (x text)");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        stream.awaitStored(source, beside);
        long seconds = WATCHED.toSeconds();
        Requests little = count.during("a little, " + seconds + " s", () -> writeALittle(source));
        stream.awaitStored(source, beside);
        Requests none =
            count.during(
                "nothing, " + seconds + " s",
                () -> source.execute("SELECT pg_sleep(" + seconds + ")"));
        double before = walMib(source);
        Requests much =
            count.during(
                "much at once",
                () -> {
                  writeMuch(source);
                  stream.awaitStored(source, beside);
                });
        double written = walMib(source) - before;
        reporter.publishEntry("written", "%.0f MiB".formatted(written));

        int puts = little.of(Kind.PUT);
        assertThat(puts)
            .isBetween(
                (int) (WATCHED.toSeconds() / STORED_EVERY_SECONDS) - 3,
                (int) (WATCHED.toSeconds() / STORED_EVERY_SECONDS) + 2);
        for (Requests requests : List.of(little, none, much)) {
          assertThat(requests.counts().keySet()).as("what is asked").isSubsetOf(Kind.PUT);
        }
        assertThat(none.of(Kind.PUT)).as("puts while nobody writes").isLessThanOrEqualTo(2);
        assertThat(much.of(Kind.PUT))
            .as("puts of %.0f MiB", written)
            .isBetween((int) (written / SEGMENT_MIB), (int) (written / SEGMENT_MIB * 1.5) + 8);
      }
      Requests merge = count.of(program, "prune afterwards", "prune");
      assertThat(merge.of(Kind.DELETE)).as("small objects that were put together").isPositive();
    }
  }

  /// One small transaction after the other.
  private static void writeALittle(Cluster source) throws SQLException {
    long end = System.nanoTime() + WATCHED.toNanos();
    while (System.nanoTime() < end) {
      source.execute("INSERT INTO t SELECT generate_series(1, 10)");
    }
  }

  private static void writeMuch(Cluster source) throws SQLException {
    for (int mib = 0; mib < MUCH_MIB; mib += 16) {
      source.execute(
          "INSERT INTO wide SELECT string_agg(md5(n::text), '') FROM generate_series(1, 16 * 32768) n"
              + " GROUP BY n / 32");
    }
  }

  private static double walMib(Cluster source) throws SQLException {
    return Double.parseDouble(source.sql("SELECT pg_current_wal_lsn() - '0/0'")) / (1 << 20);
  }

  private Program program(String repository, Cluster source) {
    Program program =
        new Program(scratch).with("BACKUP_DIR", repository).with("DATABASE_URL", source.url());
    for (var variable : S3Server.environment().entrySet()) {
      program = program.with(variable.getKey(), variable.getValue());
    }
    return program;
  }
}
