/// When backups run: pure rules, without a clock and without anything to read or write.
///
/// A *slot* is a nominal time of a schedule, an instant on a whole minute of its zone. A slot is
/// *due* at the slot or, with a jitter window, a little later. A slot is *handled* once it was run
/// or recorded as *missed*. The pair of schedule and slot is the key under which a run is recorded,
/// so nothing runs twice.
///
/// Where the local time of a zone jumps, these rules hold, and nobody else decides about them:
///
/// - *Fixed times* are daily, weekly and monthly schedules, and crons whose minutes and hours are
///   single numbers or lists of them. A local time in a gap is a slot at the first instant after
///   the gap; all that fall into one gap are one slot, also together with a time that is due at
///   that instant anyway. A local time that comes twice is a slot at its first occurrence.
/// - *Interval patterns* are hourly schedules, and crons whose minute or hour field has an item
///   that stands for several values: `*`, a range or a step. They go by real time: each instant
///   whose local time fits is a slot. So they run in both passes of an overlap and skip what a gap
///   skips. But when a gap takes all the times that such a pattern has on a local day, the first
///   instant after the gap is a slot: no day that has times is without a run.
///
/// A local day that never was, such as 30 December 2011 in Apia, lies in a gap as a whole and gets
/// its slot like that too: a weekly or monthly run that falls on it is not lost.
///
/// Slots lie in the years 1970 to 9999.
@NullMarked
package io.holdfast.engine.schedule;

import org.jspecify.annotations.NullMarked;
