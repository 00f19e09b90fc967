package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSummary;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is archived of one cluster.
public interface WalIndexSource {
  /// The pieces of a timeline that end after `from`, in any order; they may overlap. Empty if there
  /// are none.
  List<WalRange> ranges(int timeline, Lsn from) throws IOException;

  /// The summary of a piece that [#ranges] listed; without one the piece is read where it matters.
  /// Asked for again each time it is needed: an archive has more of them than memory holds.
  Optional<WalSummary> summary(WalRange range) throws IOException;

  /// Opens WAL that [#ranges] listed.
  ///
  /// @param from included
  /// @param to excluded; both lie in one and the same piece
  /// @return exactly these bytes; a shorter stream is an error that the reader reports
  InputStream read(int timeline, Lsn from, Lsn to) throws IOException;

  /// Until when it is known, by the server's clock, that no newer WAL of this timeline existed than
  /// what is archived; empty if unknown. An idle server writes no WAL, so only this can say that a
  /// time is covered.
  Optional<Instant> observedUntil(int timeline) throws IOException;
}
