package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A copy of a tenant has its rows, tied to each other in the same way, and touches nobody else's.
@Timeout(600)
class RandomCopiesTest {
  private static final Map<CopyCase.Extent, Integer> TALLY = new EnumMap<>(CopyCase.Extent.class);
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
    assertThat(TALLY).as("what was copied").containsKey(CopyCase.Extent.PART);
  }

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aCopyIsLikeWhatItIsACopyOf(long seed) throws IOException {
    try (CopyCase one = new CopyCase(Seeds.random(seed), url)) {
      try {
        TALLY.merge(one.copy(), 1, Integer::sum);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + "\n" + e.getMessage() + "\n" + one.story(), e);
      }
    }
  }
}
