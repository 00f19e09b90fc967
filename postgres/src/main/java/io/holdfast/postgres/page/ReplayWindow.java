package io.holdfast.postgres.page;

import io.holdfast.postgres.Lsn;

/// The WAL that will be replayed over the pages looked at. A page last changed inside the window
/// may have been read half-written: replay begins with a full image of it, so it is not judged. A
/// page whose position lies *beyond* the window is judged, because a damaged header can show any
/// number.
///
/// @param start where replay begins: the backup's start position
/// @param end a position that no change can have had yet when the page was read
public record ReplayWindow(Lsn start, Lsn end) {
  /// Nothing is replayed: every page is judged. For clusters at rest.
  public static final ReplayWindow NONE = new ReplayWindow(new Lsn(0), new Lsn(0));

  public ReplayWindow {
    if (end.isBefore(start)) {
      throw new IllegalArgumentException("window ends before it starts: " + start + ".." + end);
    }
  }

  /// True if pages may be read while a server writes them.
  public boolean isOpen() {
    return start.isBefore(end);
  }

  /// True if a page last changed at `lsn` will be overwritten by replay.
  public boolean covers(Lsn lsn) {
    return isOpen() && !lsn.isBefore(start) && !end.isBefore(lsn);
  }
}
