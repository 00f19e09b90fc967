package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSummary.Sample;
import java.util.ArrayList;
import java.util.List;

/// Picks a bounded number of transaction ends, at first every one that is far enough from the one
/// before, then ever fewer.
final class CommitSampler {
  private static final long FIRST_STRIDE_BYTES = 4 << 10;

  private final List<Sample> samples = new ArrayList<>();
  private long strideBytes = FIRST_STRIDE_BYTES;

  void offer(Lsn lsn, long latestMicros) {
    if (!samples.isEmpty() && lsn.minus(samples.getLast().lsn()) < strideBytes) {
      return;
    }
    if (samples.size() == WalSummary.MAX_SAMPLES) {
      strideBytes *= 2;
      for (int i = samples.size() - 1; i > 0; i -= 2) {
        samples.remove(i);
      }
      if (lsn.minus(samples.getLast().lsn()) < strideBytes) {
        return;
      }
    }
    samples.add(new Sample(lsn, WalTime.instant(latestMicros)));
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }
}
