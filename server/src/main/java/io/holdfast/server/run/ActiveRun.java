package io.holdfast.server.run;

import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.engine.api.Watch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A run that this node works on. Thread-safe: the engine's threads tell their progress, the loop
/// reads it.
final class ActiveRun implements Progress {
  private static final int LINES_MAX = 1000;

  private final Claim claim;
  private final InstantSource clock;
  private final Cancellation cancellation = new Cancellation();
  private final Instant began;
  private final List<String> lines = new ArrayList<>();
  private final Object telling = new Object();

  private RunProgress progress = RunProgress.NONE;
  private Instant moved;
  private Instant held;
  private Optional<Outcome> verdict = Optional.empty();
  private Optional<Instant> stopped = Optional.empty();
  private boolean lost;

  ActiveRun(Claim claim, InstantSource clock) {
    this.claim = claim;
    this.clock = clock;
    this.began = clock.instant();
    this.moved = began;
    this.held = began;
  }

  Claim claim() {
    return claim;
  }

  Watch watch() {
    return new Watch(this, cancellation);
  }

  @Override
  public synchronized void phase(String name, long unitsExpected) {
    progress = new RunProgress(name, 0, unitsExpected);
    moved = clock.instant();
  }

  @Override
  public synchronized void advance(long units) {
    progress =
        new RunProgress(progress.phase(), progress.doneBytes() + units, progress.expectedBytes());
    moved = clock.instant();
  }

  @Override
  public synchronized void note(String message) {
    if (lines.size() < LINES_MAX) {
      lines.add(message);
    }
    moved = clock.instant();
  }

  synchronized RunProgress progress() {
    return progress;
  }

  /// Hands over what was told since the last time; what cannot be handed over comes again. One
  /// after another, so that the lines keep their order.
  void tell(Consumer<List<String>> reader) {
    synchronized (telling) {
      List<String> taken;
      synchronized (this) {
        taken = List.copyOf(lines);
        lines.clear();
      }
      if (taken.isEmpty()) {
        return;
      }
      try {
        reader.accept(taken);
      } catch (RuntimeException e) {
        synchronized (this) {
          lines.addAll(0, taken);
        }
        throw e;
      }
    }
  }

  /// Ends the work at its next safe point, with this outcome whatever it says itself then. The
  /// first reason stays.
  synchronized void stop(Outcome outcome) {
    if (verdict.isEmpty()) {
      verdict = Optional.of(outcome);
      stopped = Optional.of(clock.instant());
    }
    cancellation.request();
  }

  /// The outcome of a run that was asked to end and does not: it hangs where it cannot be asked.
  synchronized Optional<Outcome> ignoredVerdict(RunLimits limits) {
    boolean ignores =
        !lost && stopped.filter(at -> isOver(at, limits.lease(), clock.instant())).isPresent();
    return ignores ? verdict : Optional.empty();
  }

  /// Somebody else has the run now, or may have it: nothing more is written about it.
  synchronized void lose() {
    lost = true;
    cancellation.request();
  }

  synchronized boolean isLost() {
    return lost;
  }

  synchronized Optional<Outcome> verdict() {
    return verdict;
  }

  /// The catalog has just been told that we still work.
  synchronized void wasHeld() {
    held = clock.instant();
  }

  /// Stops what stalls, takes too long, or could not be held in time.
  synchronized void check(RunLimits limits) {
    Instant now = clock.instant();
    if (isOver(held, limits.lease(), now)) {
      lose();
    } else if (isOver(moved, limits.stalledAfter(), now)) {
      stop(tooLong("made no progress for " + limits.stalledAfter().toMinutes() + " min"));
    } else if (isOver(began, deadline(limits), now)) {
      stop(tooLong("took longer than " + deadline(limits).toMinutes() + " min"));
    }
  }

  private Duration deadline(RunLimits limits) {
    Duration own = claim.run().terms().deadline();
    return own.isZero() ? limits.deadline() : own;
  }

  private static boolean isOver(Instant since, Duration limit, Instant now) {
    return Duration.between(since, now).compareTo(limit) > 0;
  }

  private static Outcome tooLong(String what) {
    return new Outcome.Failed(
        new Failure(
            ErrorCode.RUN_STALLED.label(),
            "the run " + what + " and was ended",
            "Its log says what it did last. If that is usual here, allow more time.",
            Failure.Chance.MAY_HELP));
  }
}
