package io.holdfast.engine;

import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.time.Instant;
import java.util.Map;

/// A backup as other programs know it.
///
/// @param id permanent and unlike any other's
/// @param name what people call it; two backups of one second may share it
/// @param kind for example `physical`
/// @param type for example `full`
/// @param checksum SHA-256 of the object that makes it exist
/// @param condition whether its source was sound
public record BackupSummary(
    String id,
    String name,
    String source,
    String kind,
    String type,
    String domain,
    Instant startedAt,
    Instant completedAt,
    long logicalBytes,
    long storedBytes,
    String checksum,
    Condition condition,
    Map<String, String> attributes) {
  /// Whether the source was sound when it was read.
  public enum Condition {
    GOOD,
    /// Pages were damaged at the source already.
    DAMAGED
  }

  public BackupSummary {
    attributes = Map.copyOf(attributes);
  }

  static BackupSummary of(StoredSnapshot backup) {
    SnapshotRecord record = backup.record();
    return new BackupSummary(
        backup.id().toString(),
        record.name(),
        record.source(),
        record.kind(),
        record.type(),
        record.domain(),
        record.startedAt(),
        record.completedAt(),
        record.logicalBytes(),
        record.storedBytes(),
        backup.objectDigest().toString(),
        BackupViews.damaged(record) ? Condition.DAMAGED : Condition.GOOD,
        record.attributes());
  }
}
