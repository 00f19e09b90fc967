package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Reads WAL while it is being archived and leaves a [WalSummary] for each piece. The pieces may be
/// cut anywhere: records are followed over the cuts.
///
/// It never fails because of what WAL contains. Damage is noted in the summary, and indexing goes
/// on with the next page. Not safe for use by several threads.
public final class WalIndexer {
  private final WalFormat format;
  private WalReader reader;
  private SummaryBuilder piece = new SummaryBuilder();
  private Lsn pieceStart;
  private Optional<Lsn> pieceKnownFrom = Optional.empty();
  private Optional<Lsn> lastRecordEnd = Optional.empty();

  private WalIndexer(WalFormat format, WalReader reader) {
    this.format = format;
    this.reader = reader;
    this.pieceStart = reader.position();
  }

  /// Starts at a position at which a record starts.
  public static WalIndexer atRecord(WalFormat format, Lsn recordStart) {
    return new WalIndexer(format, WalReader.atRecord(format, recordStart));
  }

  /// Starts anywhere; what comes before the first record start of the next page is not indexed, and
  /// the summary says so.
  public static WalIndexer anywhere(WalFormat format, Lsn start) {
    return new WalIndexer(format, WalReader.anywhere(format, start));
  }

  /// Takes the next bytes, all of them.
  public void accept(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      reader.feed(
          bytes,
          record -> {
            piece.add(record, format.version());
            lastRecordEnd = Optional.of(record.end());
            return true;
          });
      reader.end().ifPresent(this::startAgain);
    }
  }

  private void startAgain(WalEnd end) {
    piece.damaged(end);
    reader = WalReader.anywhere(format, reader.position());
    pieceKnownFrom = Optional.empty();
    lastRecordEnd = Optional.empty();
  }

  /// The position after the last byte that was taken.
  public Lsn position() {
    return reader.position();
  }

  /// Ends the piece at the present position and begins the next one there.
  ///
  /// @param observedAt see [WalSummary#observedAt]
  public WalSummary cut(Optional<Instant> observedAt) {
    Lsn end = reader.position();
    Lsn known = pieceKnownFrom.or(reader::knownFrom).filter(lsn -> !end.isBefore(lsn)).orElse(end);
    WalSummary summary =
        piece.build(
            format.timeline(),
            pieceStart,
            end,
            known,
            observedAt.map(instant -> instant.truncatedTo(ChronoUnit.MICROS)));
    piece = new SummaryBuilder();
    pieceStart = end;
    pieceKnownFrom = lastRecordEnd.or(() -> pieceKnownFrom.or(reader::knownFrom));
    return summary;
  }
}
