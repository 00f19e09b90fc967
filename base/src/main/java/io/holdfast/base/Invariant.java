package io.holdfast.base;

/// Checks that stay on in production. A broken one is a bug of ours, never bad input.
public final class Invariant {
  private Invariant() {}

  public static void check(boolean holds, String what) {
    if (!holds) {
      throw new Violation(what);
    }
  }

  /// Thrown where an invariant does not hold.
  public static final class Violation extends Error {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      super("invariant broken: " + what);
    }
  }
}
