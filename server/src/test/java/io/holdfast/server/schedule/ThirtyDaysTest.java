package io.holdfast.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A month with everything that happens to servers: each slot has one outcome, nothing runs twice,
/// nothing is stuck, and there is no storm.
class ThirtyDaysTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everySlotHasExactlyOneOutcome(long seed) {
    SimulatedMonth month = new SimulatedMonth(seed, Seeds.thorough() ? 10_000 : 200);
    month.pass();
    assertThat(month.stuck()).as("stuck").isEmpty();
    assertThat(month.mistakes()).as("mistakes about slots").isEmpty();
    assertThat(month.openAtOnceMax()).as("open runs of one schedule").isEqualTo(1);
    // What would make the rest prove nothing.
    assertThat(month.completed()).isPositive();
    assertThat(month.failed()).isPositive();
    assertThat(month.abandoned()).isPositive();
    assertThat(month.missed()).isPositive();
    assertThat(month.exempt()).as("slots while stopped").isPositive();
  }
}
