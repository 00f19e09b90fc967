package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which archived bytes make up the segments that one recovery needs. A segment in which the
/// timeline changes holds the bytes of both, under the newer one's name.
///
/// @param from the start of the first segment
/// @param to the end of the last
/// @param pieces in order; may end before `to`, where the rest is zeros
public record PlannedWal(WalSegmentSize size, Lsn from, Lsn to, List<WalPiece> pieces) {
  public PlannedWal {
    pieces = List.copyOf(pieces);
  }

  public static PlannedWal of(ResolvedTarget target, WalSegmentSize size) {
    return new PlannedWal(size, target.walNeededFrom(), target.walNeededTo(), target.pieces());
  }

  /// The bytes of all segments.
  public long bytes() {
    return to.minus(from);
  }

  /// The names of all segments, in order.
  ///
  /// @throws BackupException `WAL_GAP` if nothing is archived for one of them
  public List<WalSegmentName> segments() {
    List<WalSegmentName> names = new ArrayList<>();
    for (Lsn start = from; start.isBefore(to); start = start.plus(size.bytes())) {
      Lsn missing = start;
      names.add(
          nameAt(start)
              .orElseThrow(
                  () ->
                      new BackupException(
                          ErrorCode.WAL_GAP,
                          "no WAL is archived for the segment at " + missing,
                          "Choose an earlier target; 'holdfast wal status' shows what is archived.")));
    }
    return names;
  }

  /// Whether there is a segment of that name.
  public boolean has(WalSegmentName name) {
    return name.fits(size)
        && !name.start(size).isBefore(from)
        && name.start(size).isBefore(to)
        && nameAt(name.start(size)).filter(name::equals).isPresent();
  }

  /// The parts of the pieces that lie in a segment.
  List<WalPiece> within(Lsn start) {
    Lsn end = start.plus(size.bytes());
    List<WalPiece> parts = new ArrayList<>();
    for (WalPiece piece : pieces) {
      Lsn first = piece.from().isBefore(start) ? start : piece.from();
      Lsn last = piece.to().isBefore(end) ? piece.to() : end;
      if (first.isBefore(last)) {
        parts.add(new WalPiece(piece.timeline(), first, last));
      }
    }
    return parts;
  }

  private Optional<WalSegmentName> nameAt(Lsn start) {
    return within(start).stream()
        .map(WalPiece::timeline)
        .max(Integer::compare)
        .map(timeline -> WalSegmentName.of(timeline, start, size));
  }
}
