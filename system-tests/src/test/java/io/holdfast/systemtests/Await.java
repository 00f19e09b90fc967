package io.holdfast.systemtests;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Waits for something that will be so soon, and fails when it is not.
final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofMillis(50);

  /// What is waited for.
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /// What the failure should tell beside what did not happen.
  @FunctionalInterface
  interface Detail {
    String text() throws Exception;
  }

  private Await() {}

  /// Waits a minute at most.
  static void until(String what, Condition condition, Detail detail) throws Exception {
    until(what, LIMIT, condition, detail);
  }

  static void until(String what, Duration limit, Condition condition, Detail detail)
      throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            what + " did not happen within " + limit.toSeconds() + " s: " + detail.text());
      }
      TimeUnit.MILLISECONDS.sleep(STEP.toMillis());
    }
  }
}
