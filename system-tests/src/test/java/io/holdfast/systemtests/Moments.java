package io.holdfast.systemtests;

import io.holdfast.base.testing.Seeds;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/// How often and when tests of crashes strike: a seed, and a number of moments that follow from it.
final class Moments {
  private static final int SAMPLE = 3;
  private static final int THOROUGH = 50;

  private Moments() {}

  /// Seed and number of moments. `-Dholdfast.moments` sets the number.
  static Stream<Arguments> cases() {
    int moments = Integer.getInteger("holdfast.moments", Seeds.thorough() ? THOROUGH : SAMPLE);
    return seeds().mapToObj(seed -> Arguments.of(seed, moments));
  }

  /// The same with fewer moments, for tests whose rounds take long.
  static Stream<Arguments> fewCases() {
    int moments = Integer.getInteger("holdfast.moments", Seeds.thorough() ? 20 : 2);
    return seeds().mapToObj(seed -> Arguments.of(seed, moments));
  }

  /// One seed for tests whose rounds are expensive.
  static LongStream seeds() {
    return LongStream.of(Long.getLong("holdfast.seed", 1));
  }

  /// A part of what something usually takes.
  static Duration within(Duration usual, double part) {
    return Duration.ofNanos((long) (usual.toNanos() * part));
  }
}
