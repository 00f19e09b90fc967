package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import java.io.IOException;
import java.util.Collection;

/// Resolves recovery targets of one cluster to the record at which the server will stop.
public final class TargetResolver {
  private final WalVersion version;
  private final WalSegmentSize size;
  private final Timelines timelines;
  private final WalIndexSource source;

  /// @param histories of all timelines whose history files are archived
  public TargetResolver(
      WalVersion version,
      WalSegmentSize size,
      Collection<TimelineHistory> histories,
      WalIndexSource source) {
    this.version = version;
    this.size = size;
    this.timelines = new Timelines(histories);
    this.source = source;
  }

  /// Resolves a target for a restore of this backup.
  ///
  /// @throws BackupException `RECOVERY_TARGET_UNREACHABLE`, with what is reachable, if the server
  ///   could not stop there; `OBJECT_CORRUPT` if archived WAL is shorter than listed
  /// @throws IOException if the archive cannot be read
  public ResolvedTarget resolve(BackupFacts backup, RecoveryTarget target, TargetTimeline timeline)
      throws IOException {
    return resolution(backup, timeline).resolve(target);
  }

  /// Resolves to the last position that can be reached with this backup, also where WAL is archived
  /// behind a gap after it; the remarks say so then. For the newest backup: nobody can use that
  /// WAL.
  ///
  /// @throws BackupException `RECOVERY_TARGET_UNREACHABLE` if not even the backup's end can be
  /// @throws IOException if the archive cannot be read
  public ResolvedTarget resolveReachable(BackupFacts backup, TargetTimeline timeline)
      throws IOException {
    return resolution(backup, timeline).resolveReachable();
  }

  /// What can be reached with this backup.
  ///
  /// @throws BackupException `RECOVERY_TARGET_UNREACHABLE` if not even the backup's end can
  /// @throws IOException if the archive cannot be read
  public RecoveryWindow window(BackupFacts backup, TargetTimeline timeline) throws IOException {
    return resolution(backup, timeline).window();
  }

  private Resolution resolution(BackupFacts backup, TargetTimeline timeline) throws IOException {
    TimelineHistory chosen = timelines.choose(backup, timeline);
    Coverage coverage = Coverage.load(chosen, size, source, size.floor(backup.startLsn()));
    return new Resolution(version, size, timelines, source, backup, chosen, coverage);
  }
}
