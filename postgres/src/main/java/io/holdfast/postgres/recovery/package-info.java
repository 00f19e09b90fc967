/// What a restored PostgreSQL server is told about where to stop.
///
/// Terms:
///
/// - **Target**: what a person asks for: the latest state, a time, a position, a transaction, a
///   named restore point, or the first consistent state. **Inclusive**: what is named is still
///   replayed.
/// - **Consistency**: a base backup is a usable state only from its stop position on; no target may
///   lie before.
/// - **Path**: the timelines from the backup's to the target's, each with the positions between
///   which it counts. **Coverage**: the WAL on that path that is archived without a gap, from the
///   start of the backup on. **Window**: what is reachable with it.
///
/// [io.holdfast.postgres.recovery.TargetResolver] turns every target into a timeline and the
/// position of one record, by the rules by which the server itself would stop, so that only
/// `recovery_target_lsn` is ever written. Two cases differ from the server on purpose: a time after
/// the last transaction but inside archived WAL means the end of that WAL (the server would
/// refuse), and a time before the backup began is refused (the server would stop at the next
/// transaction).
///
/// Targets that cannot be reached are `BackupException`s with `RECOVERY_TARGET_UNREACHABLE` and the
/// window; texts with several meanings are `RECOVERY_TARGET_AMBIGUOUS`.
@NullMarked
package io.holdfast.postgres.recovery;

import org.jspecify.annotations.NullMarked;
