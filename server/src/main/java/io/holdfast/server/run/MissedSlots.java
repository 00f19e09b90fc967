package io.holdfast.server.run;

import java.time.Instant;

/// Slots of a schedule that passed without a run, up to and including that of the row that holds
/// them.
///
/// @param first the earliest of them
/// @param why for people: lower case, no full stop
public record MissedSlots(long count, Instant first, String why) {}
