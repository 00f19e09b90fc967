package io.holdfast.repository.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.Locale;

/// WAL that was asked for is not in the repository. The code is `WAL_GAP` where later WAL of the
/// timeline is there, else `WAL_NOT_YET_THERE`.
public final class WalMissingException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final int timeline;
  private final long position;

  WalMissingException(ErrorCode code, int timeline, long position) {
    super(
        code,
        String.format(
            Locale.ROOT,
            "WAL of timeline %d is missing from %X/%X on",
            timeline,
            position >>> 32,
            position & 0xffffffffL),
        "Run 'holdfast wal status' to see the gaps and which targets are lost.");
    this.timeline = timeline;
    this.position = position;
  }

  public int timeline() {
    return timeline;
  }

  /// The first position that is missing.
  public long position() {
    return position;
  }
}
