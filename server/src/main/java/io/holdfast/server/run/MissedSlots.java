package io.holdfast.server.run;

import java.time.Instant;

/// Slots of a schedule that passed without a run, up to and including that of the row that holds
/// them.
///
/// @param first the earliest of them
/// @param why for people: lower case, no full stop
public record MissedSlots(long count, Instant first, String why) {
  /// Slots that nobody handled in time.
  public static MissedSlots nobody(long count, Instant first) {
    return new MissedSlots(count, first, "nobody was there to run it when it was due");
  }

  /// Slots of which the last was due while the run of an earlier one went on.
  public static MissedSlots overlap(long count, Instant first) {
    return new MissedSlots(count, first, "the run before it had not ended");
  }
}
