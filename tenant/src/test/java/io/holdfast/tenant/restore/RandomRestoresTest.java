package io.holdfast.tenant.restore;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Restores do what a model in memory says, whatever became of the rows since their backup.
@Timeout(600)
class RandomRestoresTest {
  private static final int ROUNDS = 2;
  private static final int CASES = 4;

  private static final RestoreTally TALLY = new RestoreTally();
  private static TestDatabases databases;
  private static ConnectionUrl url;

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(15);
    url = databases.create();
  }

  @AfterAll
  static void stop(TestReporter reporter) throws IOException {
    databases.close();
    reporter.publishEntry(TALLY.toString());
    TALLY.requireVariety();
  }

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aRestoreDoesWhatTheModelSays(long seed) throws IOException {
    run(seed, url);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 18})
  void aRestoreDoesWhatTheModelSaysOnOtherServers(int major) throws IOException {
    try (TestDatabases others = TestDatabases.start(major)) {
      ConnectionUrl other = others.create();
      for (int seed = 1; seed <= CASES; seed++) {
        run(major * 1_000L + seed, other);
      }
    }
  }

  private static void run(long seed, ConnectionUrl where) throws IOException {
    try (RestoreCase one = new RestoreCase(Seeds.random(seed), where, TALLY)) {
      try {
        for (int round = 0; round < ROUNDS; round++) {
          one.round();
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + "\n" + e.getMessage() + "\n" + one.story(), e);
      }
    }
  }
}
