package io.holdfast.postgres.datadir;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.StopRule;

/// How a restored cluster is to recover.
///
/// @param majorVersion of the server
/// @param timeline the timeline that is followed, and no other
/// @param lsn the start of the record at which to stop; not used with `AT_CONSISTENCY`
/// @param restoreCommand as `restore_command` wants it, with `%f` and `%p`
/// @param archiveCommand as `archive_command` wants it; empty: the restored server archives nothing
public record RecoveryRequest(
    int majorVersion,
    int timeline,
    StopRule rule,
    Lsn lsn,
    TargetAction action,
    String restoreCommand,
    String archiveCommand) {}
