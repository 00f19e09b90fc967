package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads times as people and PostgreSQL write them: `2026-11-21 04:10:00+00`,
/// `2026-11-21T04:10:00.5Z`, `2026-11-21 05:10 Europe/Berlin`.
public final class TargetTime {
  private static final int LONGEST = 100;

  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4})-(\\d{2})-(\\d{2})[Tt ]\\s*(\\d{2}):(\\d{2})"
              + "(?::(\\d{2})(?:[.,](\\d{1,6}))?)?\\s*([A-Za-z+-]\\S*)?");
  private static final Pattern OFFSET = Pattern.compile("([+-])(\\d{2})(?::?(\\d{2}))?");

  private TargetTime() {}

  /// Reads a time that names its zone.
  ///
  /// @throws BackupException `RECOVERY_TARGET_AMBIGUOUS` if there is no zone or the zone leaves two
  ///   meanings, `BAD_ARGUMENT` if it is no time
  public static Instant parse(String text) {
    return read(text, null);
  }

  /// Reads a time; where it names no zone, this one is meant.
  ///
  /// @throws BackupException as [#parse(String)] does
  public static Instant parse(String text, ZoneId zone) {
    return read(text, zone);
  }

  private static Instant read(String text, @Nullable ZoneId given) {
    String plain = text.strip();
    Matcher matcher = FORM.matcher(plain.length() > LONGEST ? "" : plain);
    if (!matcher.matches()) {
      throw malformed(text, null);
    }
    LocalDateTime local = local(text, matcher);
    String zone = matcher.group(8);
    if (zone != null) {
      return instant(text, local, zone(text, zone));
    }
    if (given != null) {
      return instant(text, local, given);
    }
    throw new BackupException(
        ErrorCode.RECOVERY_TARGET_AMBIGUOUS,
        "time '" + text + "' names no time zone",
        "Write the zone behind it, for example '"
            + plain
            + "+00' or '"
            + plain
            + " Europe/Berlin', or give --time-zone.");
  }

  private static LocalDateTime local(String text, Matcher matcher) {
    String fraction = Optional.ofNullable(matcher.group(7)).orElse("");
    try {
      return LocalDateTime.of(
          number(matcher, 1),
          number(matcher, 2),
          number(matcher, 3),
          number(matcher, 4),
          number(matcher, 5),
          matcher.group(6) == null ? 0 : number(matcher, 6),
          Integer.parseInt((fraction + "000000000").substring(0, 9)));
    } catch (DateTimeException e) {
      throw malformed(text, e);
    }
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static ZoneId zone(String text, String zone) {
    if (zone.equalsIgnoreCase("z")
        || zone.equalsIgnoreCase("utc")
        || zone.equalsIgnoreCase("gmt")) {
      return ZoneOffset.UTC;
    }
    try {
      Matcher offset = OFFSET.matcher(zone);
      if (offset.matches()) {
        String minutes = offset.group(3) == null ? "00" : offset.group(3);
        return ZoneOffset.of(offset.group(1) + offset.group(2) + ":" + minutes);
      }
      if (zone.indexOf('/') > 0) {
        return ZoneId.of(zone);
      }
    } catch (DateTimeException e) {
      throw unknownZone(text, zone, e);
    }
    throw unknownZone(text, zone, null);
  }

  private static Instant instant(String text, LocalDateTime local, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "time '" + text + "' does not exist in " + zone + ": the clocks were put forward over it",
          "Give the time with its offset from UTC.");
    }
    if (offsets.size() > 1) {
      throw new BackupException(
          ErrorCode.RECOVERY_TARGET_AMBIGUOUS,
          "time '" + text + "' exists twice in " + zone + ": the clocks were put back",
          String.format(
              Locale.ROOT,
              "Write '%s' or '%s'.",
              local.toString().replace('T', ' ') + offsets.getFirst(),
              local.toString().replace('T', ' ') + offsets.getLast()));
    }
    return local.toInstant(offsets.getFirst());
  }

  private static BackupException unknownZone(String text, String zone, @Nullable Throwable cause) {
    return new BackupException(
        ErrorCode.RECOVERY_TARGET_AMBIGUOUS,
        "time '"
            + text
            + "' has the zone '"
            + zone
            + "', which is not known or has several meanings",
        "Give an offset such as +00 or +05:30, Z, or a region such as Europe/Berlin.",
        cause);
  }

  private static BackupException malformed(String text, @Nullable Throwable cause) {
    String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + shown + "' is not a time",
        "Write it like 2026-11-21 04:10:00+00, with at most six digits behind the seconds.",
        cause);
  }
}
