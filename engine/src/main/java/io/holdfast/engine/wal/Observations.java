package io.holdfast.engine.wal;

import io.holdfast.postgres.wal.WalTime;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Notes that an idle server had no more WAL than the archive at some time. WAL itself cannot say
/// so: a server that nobody writes to makes none. A note is a small file of the archive whose name
/// says it all.
final class Observations {
  private static final Pattern NAME = Pattern.compile("observed\\.([0-9A-F]{8})\\.([0-9a-f]{16})");

  private Observations() {}

  /// Notes that the archive was complete at `time`, by the server's clock.
  static void note(WalArchive archive, int timeline, Instant time) throws IOException {
    archive.putFile(
        String.format(Locale.ROOT, "observed.%08X.%016x", timeline, WalTime.micros(time)),
        new byte[0]);
  }

  /// The newest note of a timeline.
  static Optional<Instant> newest(WalArchive archive, int timeline) throws IOException {
    Optional<Instant> newest = Optional.empty();
    for (String name : archive.files()) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && Integer.parseUnsignedInt(matcher.group(1), 16) == timeline) {
        Instant time = WalTime.instant(Long.parseUnsignedLong(matcher.group(2), 16));
        if (newest.isEmpty() || time.isAfter(newest.get())) {
          newest = Optional.of(time);
        }
      }
    }
    return newest;
  }
}
