package io.holdfast.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The longest distance between neighbours of slots that come in order. Confined to one thread.
final class SlotDistances {
  private @Nullable Instant previous;
  private Duration longest = Duration.ZERO;

  /// The next slot.
  void add(Instant slot) {
    if (previous != null) {
      atLeast(Duration.between(previous, slot));
    }
    previous = slot;
  }

  /// A distance between slots that are not added.
  void atLeast(Duration distance) {
    longest = distance.compareTo(longest) > 0 ? distance : longest;
  }

  /// The slot before the next one; those in between were seen to by [#atLeast].
  void skipTo(Instant slot) {
    previous = slot;
  }

  /// The last slot.
  Optional<Instant> previous() {
    return Optional.ofNullable(previous);
  }

  /// Nothing if there were not two slots.
  Optional<Duration> longest() {
    return longest.isZero() ? Optional.empty() : Optional.of(longest);
  }
}
