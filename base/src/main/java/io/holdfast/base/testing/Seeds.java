package io.holdfast.base.testing;

import io.holdfast.base.Entropy;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/// Seeds of randomised tests: `-Dholdfast.seed=N` repeats one, `-Dholdfast.seeds=N` says how many
/// are tried. The seed belongs into the display name of the test.
public final class Seeds {
  private Seeds() {}

  /// The seeds to try: a few fixed ones, so that a failure stays a failure, or the single one asked
  /// for.
  public static LongStream stream() {
    Long single = Long.getLong("holdfast.seed");
    if (single != null) {
      return LongStream.of(single);
    }
    return LongStream.rangeClosed(1, Integer.getInteger("holdfast.seeds", 5));
  }

  /// True in the profile `thorough`.
  public static boolean thorough() {
    return Boolean.getBoolean("holdfast.thorough");
  }

  /// Repeatable bytes in place of secure ones.
  public static Entropy entropy(long seed) {
    return new Random(seed)::nextBytes;
  }

  public static SplittableRandom random(long seed) {
    return new SplittableRandom(seed);
  }
}
