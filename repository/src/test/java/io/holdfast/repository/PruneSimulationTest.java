package io.holdfast.repository;

import io.holdfast.base.testing.Seeds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The protocol of writers and maintainers, with the real code over a store in memory: seeded
/// orders of all requests, crashes before and after each, lost answers, puts that arrive twice,
/// writers that freeze and wake up, clocks that differ. Chunks come in twins, each of which may be
/// stored as the difference to the other. The promises are looked at after every request.
class PruneSimulationTest {
  private static final int SAMPLE = Integer.getInteger("holdfast.schedules", 100);

  @ParameterizedTest(name = "schedules from seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void nothingAcknowledgedIsLostAndTheRestCanAlwaysBePruned(long first) throws Exception {
    play(PruneSimulation.Cast.PRUNERS, first, 25_000);
  }

  @ParameterizedTest(name = "schedules from seed {0}")
  @ValueSource(longs = {1, 2})
  void clocksDoNotMatter(long first) throws Exception {
    play(PruneSimulation.Cast.SKEWED, first, 10_000);
  }

  @ParameterizedTest(name = "schedules from seed {0}")
  @ValueSource(longs = {1, 2})
  void whoHasNoKeyOfMaintenanceTakesNothingAway(long first) throws Exception {
    play(PruneSimulation.Cast.FORGER, first, 10_000);
  }

  @ParameterizedTest(name = "schedules from seed {0}")
  @ValueSource(longs = {5, 6})
  void aShreddedDomainIsGoneAndNothingElseIs(long first) throws Exception {
    play(PruneSimulation.Cast.SHREDDER, first, 25_000);
  }

  private static void play(PruneSimulation.Cast cast, long first, int thorough) throws Exception {
    int schedules = Seeds.thorough() ? thorough : SAMPLE;
    for (int i = 0; i < schedules; i++) {
      PruneSimulation.simulate(first * 1_000_000 + i, cast);
    }
  }
}
