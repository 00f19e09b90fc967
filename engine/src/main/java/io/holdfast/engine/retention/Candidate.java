package io.holdfast.engine.retention;

import io.holdfast.engine.BackupViews;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a policy has to know of a backup.
///
/// @param id which no other backup has
/// @param base the id of the backup without which this one cannot be restored
/// @param line whose WAL brings the backup to later moments
/// @param storedBytes what the backup added to the repository
public record Candidate(
    String id,
    String name,
    Series series,
    Type type,
    Instant startedAt,
    Instant completedAt,
    Condition condition,
    Hold hold,
    Optional<String> base,
    Line line,
    long logicalBytes,
    long storedBytes) {

  /// Oldest first, the same for the same backups whatever order they came in.
  static final Comparator<Candidate> OLDEST_FIRST =
      Comparator.comparing(Candidate::startedAt)
          .thenComparing(Candidate::completedAt)
          .thenComparing(Candidate::name)
          .thenComparing(Candidate::id);

  /// Which rules judge it, where there are others for incrementals.
  public enum Type {
    FULL,
    INCREMENTAL
  }

  /// What is known of its soundness.
  public enum Condition {
    /// Nothing bad.
    GOOD,
    /// It was read back, or restored, without a fault.
    VERIFIED,
    /// It read damaged pages, or could not be read back.
    DAMAGED
  }

  /// What WAL belongs to: a cluster and one of its timelines.
  ///
  /// @param cluster the system identifier; empty for what has no WAL
  public record Line(String cluster, String timeline) {
    /// Of backups without WAL.
    public static final Line NONE = new Line("", "");
  }

  /// A backup as the repository knows it: of holds and verifications it knows nothing, and all
  /// backups restore alone.
  public static Candidate of(StoredSnapshot backup) {
    SnapshotRecord record = backup.record();
    return new Candidate(
        backup.id().toString(),
        record.name(),
        Series.of(record),
        record.type().equals("incremental") ? Type.INCREMENTAL : Type.FULL,
        record.startedAt(),
        record.completedAt(),
        BackupViews.damaged(record) ? Condition.DAMAGED : Condition.GOOD,
        new Hold.None(),
        Optional.empty(),
        new Line(
            record.attributes().getOrDefault("systemIdentifier", ""),
            record.attributes().getOrDefault("timeline", "")),
        record.logicalBytes(),
        record.storedBytes());
  }

  /// The same with what a catalog knows besides.
  public Candidate with(Condition condition, Hold hold) {
    return new Candidate(
        id,
        name,
        series,
        type,
        startedAt,
        completedAt,
        condition,
        hold,
        base,
        line,
        logicalBytes,
        storedBytes);
  }

  /// Why nobody should delete this by accident: it is the newest, or the newest good one, of its
  /// series among these. Nothing if it is neither.
  public Optional<Reason> lastOf(List<Candidate> backups) {
    return SeriesRules.last(
        backups.stream()
            .filter(other -> other.series().equals(series))
            .sorted(OLDEST_FIRST.reversed())
            .toList(),
        this);
  }

  boolean isDamaged() {
    return condition == Condition.DAMAGED;
  }
}
