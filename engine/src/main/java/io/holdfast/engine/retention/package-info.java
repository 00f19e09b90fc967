/// Which backups are kept: pure rules, without a clock and without anything to read or write.
/// Whoever deletes backups asks [io.holdfast.engine.retention.RetentionPolicy#judge] and nobody
/// else.
///
/// Backups are judged among those of their *series*. In this order:
///
/// 1. *Rules* keep: so many places for the last backups, and for the last hours, days, weeks,
///    months and years of the local calendar that have one; and everything that is young enough.
///    What one rule keeps is kept. Where there are neither rules nor a recovery window, everything
///    is.
/// 2. *Caps* take away again what is too old, or has too many newer ones.
/// 3. *Whatever rules and caps say* these stay: the newest backup, the newest good one, those that
///    are held, good ones within the recovery window and those that it begins with, and those that
///    a kept one needs.
///
/// A damaged backup takes no place of a good one; it stays while no newer one is good, or while it
/// is young enough.
///
/// Periods that have no backup take no place, and the newest good backup of a period takes its
/// place. So only lengths of time look at the clock, and a later judgement of the same backups
/// never keeps one that an earlier one would not.
///
/// Days that are a length of time have 24 hours; days of the calendar have as many as they have.
@NullMarked
package io.holdfast.engine.retention;

import org.jspecify.annotations.NullMarked;
