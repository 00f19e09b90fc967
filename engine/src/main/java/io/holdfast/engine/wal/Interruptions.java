package io.holdfast.engine.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalTime;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Notes why the WAL of a timeline broke off: small files of the archive, whose names say where and
/// when and whose content says why.
public final class Interruptions {
  private static final Pattern NAME =
      Pattern.compile("interrupted\\.([0-9A-F]{8})\\.([0-9a-f]{16})\\.([0-9a-f]{16})");
  private static final int REASON_CHARACTERS_MAX = 2000;

  private Interruptions() {}

  /// An interruption of the archive.
  ///
  /// @param archivedTo where the archive ended then
  /// @param at by the clock of the host that archived
  public record Interruption(Lsn archivedTo, Instant at, String reason) {
    String describe() {
      return "archived up to " + archivedTo + " when, at " + at + ", " + reason;
    }
  }

  static void note(WalArchive archive, int timeline, Interruption interruption) throws IOException {
    String reason = interruption.reason();
    String shortened = reason.substring(0, Math.min(reason.length(), REASON_CHARACTERS_MAX));
    archive.putFile(
        String.format(
            Locale.ROOT,
            "interrupted.%08X.%016x.%016x",
            timeline,
            interruption.archivedTo().value(),
            WalTime.micros(interruption.at())),
        shortened.getBytes(StandardCharsets.UTF_8));
  }

  /// Those of a timeline, in the order of their positions.
  public static List<Interruption> of(WalArchive archive, int timeline) throws IOException {
    List<Interruption> found = new ArrayList<>();
    for (String name : archive.filesBut(Observations.NOTE_BYTES)) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && Integer.parseUnsignedInt(matcher.group(1), 16) == timeline) {
        Optional<byte[]> reason = archive.file(name);
        found.add(
            new Interruption(
                new Lsn(Long.parseUnsignedLong(matcher.group(2), 16)),
                WalTime.instant(Long.parseUnsignedLong(matcher.group(3), 16)),
                new String(reason.orElse(new byte[0]), StandardCharsets.UTF_8)));
      }
    }
    found.sort((a, b) -> Long.compareUnsigned(a.archivedTo().value(), b.archivedTo().value()));
    return found;
  }
}
