package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.systemtests.RequestCount.Kind;
import io.holdfast.systemtests.RequestCount.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// What each step asks of a bucket, counted by the requests that arrive there, for `docs/costs.md`.
/// The bounds are those that the page extrapolates from: a step that begins to cost more fails
/// here.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason =
        "a million rows and all requests counted: minutes by itself, so only with -Pthorough")
class RequestCostTest {
  /// Rows of about 100 bytes that hardly compress.
  private static final int ROWS = Seeds.thorough() ? 10_000_000 : 1_000_000;

  private static final int MORE = 5;

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
  void requestsFollowWhatChanges(TestReporter reporter) throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    try (S3Server bucket = S3Server.start(S3Server.Kind.S3PROXY, files);
        FaultProxy proxy = FaultProxy.before(bucket.port());
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program =
          program(bucket.placeAt(proxy.endpoint())).with("DATABASE_URL", source.url());
      RequestCount steps = RequestCount.at(proxy, reporter);

      steps.of(program, "init", "init");
      steps.of(program, "first backup of an empty cluster", "backup");
      source.execute(
          "CREATE TABLE t AS SELECT n, md5(n::text) || md5((n + 1)::text) AS x FROM"
              + " generate_series(1, "
              + ROWS
              + ") n");
      source.execute("CHECKPOINT");
      Requests full = steps.of(program, "backup of " + ROWS + " new rows", "backup");
      Requests unchanged = steps.of(program, "backup without changes", "backup");
      for (int i = 0; i < MORE; i++) {
        program.expect(0, "backup");
      }
      Requests later = steps.of(program, "the same after " + MORE + " more of them", "backup");
      source.execute("UPDATE t SET x = md5(x) WHERE n % (" + ROWS + " / 1000) = 0");
      Requests little = steps.of(program, "backup after 1,000 rows changed", "backup");
      Requests list = steps.of(program, "list", "list");
      Requests check = steps.of(program, "check", "check");
      Requests verify = steps.of(program, "verify of one backup", "verify", "latest");
      Requests restore =
          steps.of(
              program,
              "restore",
              "restore",
              "latest",
              "--to",
              scratch.resolve("restored").toString());
      steps.of(program, "forget", "forget", "--keep-last", "1");
      Requests prune = steps.of(program, "prune", "prune", "--bury-max", "100");
      steps.of(program, "prune with nothing to do", "prune");

      assertThat(full.of(Kind.DELETE)).isZero();
      assertThat(unchanged.of(Kind.PUT)).as("puts without changes").isLessThanOrEqualTo(20);
      assertThat(little.of(Kind.PUT)).as("puts after small changes").isLessThanOrEqualTo(20);
      assertThat(unchanged.of(Kind.GET)).as("gets without changes").isLessThanOrEqualTo(80);
      assertThat(later.of(Kind.GET) - unchanged.of(Kind.GET))
          .as("gets for each backup that is stored")
          .isLessThanOrEqualTo(8 * (MORE + 1));
      assertThat(list.of(Kind.PUT) + list.of(Kind.DELETE)).isZero();
      assertThat(check.of(Kind.PUT) + check.of(Kind.DELETE)).isZero();
      assertThat(prune.of(Kind.DELETE)).isPositive();
      if (!Seeds.thorough()) { // for ten times the data: more
        assertThat(verify.of(Kind.GET)).as("gets of a verification").isLessThanOrEqualTo(160);
        assertThat(restore.of(Kind.GET)).as("gets of a restore").isLessThanOrEqualTo(210);
      }
    }
  }

  private Program program(String repository) {
    Program program = new Program(scratch).with("BACKUP_DIR", repository);
    for (var variable : S3Server.environment().entrySet()) {
      program = program.with(variable.getKey(), variable.getValue());
    }
    return program;
  }
}
