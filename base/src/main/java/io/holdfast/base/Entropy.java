package io.holdfast.base;

import java.security.SecureRandom;

/// Where random bytes come from. Injected, so that tests can repeat a run.
@FunctionalInterface
public interface Entropy {
  /// Fills the whole array.
  void fill(byte[] target);

  /// A new array of `length` random bytes.
  default byte[] bytes(int length) {
    byte[] result = new byte[length];
    fill(result);
    return result;
  }

  /// The operating system's generator: for everything but tests.
  static Entropy secure() {
    return new SecureRandom()::nextBytes;
  }
}
