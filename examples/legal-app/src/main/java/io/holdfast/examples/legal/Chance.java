package io.holdfast.examples.legal;

import java.util.List;
import java.util.UUID;

/// Repeatable chance: what it gives follows from a seed, a word and a place, on every machine and
/// in every version of Java (this is SplitMix64). *Confined* to one thread.
public final class Chance {
  private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

  private long state;

  private Chance(long state) {
    this.state = state;
  }

  /// The chance of one row: another word or place gives another one.
  public static Chance of(long seed, String what, long... place) {
    long state = mix(mix(seed) + what.hashCode());
    for (long number : place) {
      state = mix(state + STEP + mix(number));
    }
    return new Chance(state);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  public long next() {
    state += STEP;
    return mix(state);
  }

  /// From 0 to `bound - 1`.
  public int below(int bound) {
    return Math.floorMod(next(), bound);
  }

  /// From `least` to `most`, both included.
  public int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /// True once in `times` times.
  public boolean onceIn(int times) {
    return below(times) == 0;
  }

  public <T> T pick(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /// In the form of version 4.
  public UUID uuid() {
    return new UUID(
        (next() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L,
        (next() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
  }

  public byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    long word = 0;
    for (int i = 0; i < count; i++) {
      word = i % Long.BYTES == 0 ? next() : word >>> Byte.SIZE;
      bytes[i] = (byte) word;
    }
    return bytes;
  }
}
