package io.holdfast.postgres.wal;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a piece of archived WAL holds, as far as recovery targets are concerned: small enough to be
/// kept beside the piece and read without it. The stored form is specified in
/// `docs/format/wal-summary.md`.
///
/// A record counts in the piece in which it *ends*. So its start may lie in the piece before.
///
/// @param timeline the timeline of the piece
/// @param start the first byte of the piece
/// @param end after its last byte
/// @param knownFrom every record that starts at or after this position and ends at or before `end`
///   was counted, unless there is `damage`; `end` if no record start was found in the piece
/// @param records where records lie; empty if none ended in the piece
/// @param transactions empty if none ended in the piece
/// @param restorePoints in order of WAL
/// @param omittedRestorePoints how many more there were than a summary holds
/// @param events everything else but transaction ends, in order of WAL
/// @param omittedEvents how many more there were than a summary holds
/// @param damage where WAL could not be read, the first place only
/// @param observedAt when the archive held all WAL up to `end` that the server had flushed by then,
///   by the server's clock
public record WalSummary(
    int timeline,
    Lsn start,
    Lsn end,
    Lsn knownFrom,
    Optional<Records> records,
    Optional<Transactions> transactions,
    List<WalFact.RestorePoint> restorePoints,
    long omittedRestorePoints,
    List<WalFact> events,
    long omittedEvents,
    Optional<WalEnd> damage,
    Optional<Instant> observedAt) {
  /// Limits of the stored form.
  public static final int MAX_SAMPLES = 256;

  public static final int MAX_RESTORE_POINTS = 64;
  public static final int MAX_EVENTS = 64;
  public static final int MAX_TABLESPACE_CREATIONS = 8;
  public static final int MAX_ENCODED_BYTES = 64 << 10;

  /// PostgreSQL's `MAXPGPATH`.
  static final int MAX_PATH_BYTES = 1024;

  /// Bytes that are not UTF-8 become three each.
  static final int MAX_STORED_PATH_BYTES = 3 * MAX_PATH_BYTES;

  public WalSummary {
    restorePoints = List.copyOf(restorePoints);
    events = List.copyOf(events);
    if (end.isBefore(start) || end.isBefore(knownFrom)) {
      throw new IllegalArgumentException("WAL summary from " + start + " to " + end);
    }
    if (restorePoints.size() > MAX_RESTORE_POINTS || events.size() > MAX_EVENTS) {
      throw new IllegalArgumentException("WAL summary with too many facts at " + start);
    }
  }

  /// @param first the start of the first record
  /// @param last the start of the last record
  /// @param lastEnd where the record after that starts
  public record Records(Lsn first, Lsn last, Lsn lastEnd, long count) {}

  /// The ends of transactions. Aborts count too, for recovery to a time stops at them as well.
  ///
  /// @param first the time of the first one in WAL
  /// @param largestStepBack how far behind the latest time before it a time was at most, in
  ///   microseconds; large if the server's clock went back
  /// @param samples a few of them with rising positions and times, for a search
  public record Transactions(
      long commits,
      long aborts,
      Instant first,
      Instant last,
      Instant earliest,
      Instant latest,
      long largestStepBack,
      long lowestXid,
      long highestXid,
      List<Sample> samples) {
    public Transactions {
      samples = List.copyOf(samples);
      if (samples.size() > MAX_SAMPLES) {
        throw new IllegalArgumentException("WAL summary with too many samples");
      }
    }
  }

  /// @param lsn the start of a transaction's end
  /// @param latest the latest time of all transaction ends of the piece up to and with this one
  public record Sample(Lsn lsn, Instant latest) {}

  /// The stored form.
  public byte[] encode() {
    return SummaryWriter.encode(this);
  }

  /// Reads the stored form.
  ///
  /// @throws BackupException if it is not one
  public static WalSummary decode(byte[] bytes) {
    return new SummaryReader(bytes).read();
  }
}
