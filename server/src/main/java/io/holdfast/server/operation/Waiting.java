package io.holdfast.server.operation;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.World;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// Waits for the ends of runs, for callers who want the outcome and not an address to ask.
@Component
public final class Waiting {
  /// How long a caller may wait.
  public static final int SECONDS_MAX = 600;

  private static final Duration STEP = Duration.ofMillis(200);

  private final RunStore runs;
  private final World world;

  Waiting(RunStore runs, World world) {
    this.runs = runs;
    this.world = world;
  }

  /// The runs, ended or not after that time.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the time is out of range
  public List<Run> await(Collection<UUID> ids, int seconds) {
    requireSeconds(seconds);
    Instant until = world.clock().instant().plusSeconds(seconds);
    List<Run> found = find(ids);
    while (found.stream().anyMatch(run -> !run.status().isEnd())
        && world.clock().instant().isBefore(until)) {
      try {
        world.pause().await(STEP);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return found;
      }
      found = find(ids);
    }
    return found;
  }

  /// @throws BackupException `BAD_ARGUMENT` if the time is out of range
  public static void requireSeconds(int seconds) {
    if (seconds < 0 || seconds > SECONDS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "nobody can wait for " + seconds + " seconds",
          "Give 0 to " + SECONDS_MAX + " with 'wait', and ask /api/operations/ID later.");
    }
  }

  private List<Run> find(Collection<UUID> ids) {
    return ids.stream().flatMap(id -> runs.find(id).stream()).toList();
  }
}
