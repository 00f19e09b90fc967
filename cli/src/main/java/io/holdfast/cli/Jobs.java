package io.holdfast.cli;

import org.jspecify.annotations.Nullable;

/// How many sessions work at once.
final class Jobs {
  private static final int DEFAULT_MAX = 8;

  private Jobs() {}

  static int orDefault(@Nullable Integer wanted) {
    return wanted == null
        ? Math.clamp(Runtime.getRuntime().availableProcessors(), 1, DEFAULT_MAX)
        : wanted;
  }
}
