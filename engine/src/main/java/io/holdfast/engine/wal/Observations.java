package io.holdfast.engine.wal;

import io.holdfast.postgres.wal.WalTime;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Notes that an idle server had no more WAL than the archive at some time. WAL itself cannot say
/// so: a server that nobody writes to makes none. A note is a small file of the archive whose name
/// says it all.
final class Observations {
  /// Of its name; it has no content. So a note is told from a timeline's history, which is longer,
  /// by the size of its object, without opening it: an idle server leaves very many.
  static final int NOTE_BYTES = 34;

  private static final Pattern NAME = Pattern.compile("observed\\.([0-9A-F]{8})\\.([0-9a-f]{16})");

  private Observations() {}

  /// Notes that the archive was complete at `time`, by the server's clock.
  static void note(WalArchive archive, int timeline, Instant time) throws IOException {
    archive.putFile(
        String.format(Locale.ROOT, "observed.%08X.%016x", timeline, WalTime.micros(time)),
        new byte[0]);
  }

  /// The newest note of each timeline. Opens every note: their names are sealed and tell no order.
  static Map<Integer, Instant> newest(WalArchive archive) throws IOException {
    Map<Integer, Instant> newest = new HashMap<>();
    for (String name : archive.filesOf(NOTE_BYTES)) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches()) {
        newest.merge(
            Integer.parseUnsignedInt(matcher.group(1), 16),
            WalTime.instant(Long.parseUnsignedLong(matcher.group(2), 16)),
            (one, other) -> one.isAfter(other) ? one : other);
      }
    }
    return newest;
  }
}
