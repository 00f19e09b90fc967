package io.holdfast.systemtests;

import java.nio.file.Path;

/// What a backup holds, as the server says that runs on its restored data.
final class Restored {
  private Restored() {}

  /// Restores `backup` as it ended, starts it, asks it and removes it.
  ///
  /// @param source the server that was backed up
  static String answer(
      Program program, Cluster source, Path scratch, String backup, String question)
      throws Exception {
    Path to = scratch.resolve("restored");
    program.expect(
        0,
        "restore",
        backup,
        "--to",
        to.toString(),
        "--target-immediate",
        "--target-action",
        "promote");
    try (Cluster restored = Cluster.restored(source.major(), to)) {
      restored.start();
      restored.awaitPromotion();
      return restored.sql(question);
    } finally {
      Scratch.remove(to);
    }
  }
}
