package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.storage.Throttle;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many bytes per second may go to a repository and come from it; empty is no limit.
public record TransferLimits(OptionalLong upload, OptionalLong download) {
  /// As fast as it goes.
  public static final TransferLimits NONE =
      new TransferLimits(OptionalLong.empty(), OptionalLong.empty());

  private static final Pattern RATE =
      Pattern.compile("(\\d{1,12})(?:\\.(\\d))? ?([kKMG]i?B|B|[kKMG])?(?:/s)?");

  private static final Map<String, Long> UNITS =
      Map.of(
          "B", 1L,
          "kB", 1_000L,
          "MB", 1_000_000L,
          "GB", 1_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30);

  /// Reads `20MiB`, `1.5MB`, `500K` (of 1024 bytes) or `1000000`, with or without `/s`.
  ///
  /// @param name of the option, for the message
  /// @throws BackupException `BAD_ARGUMENT`
  static long parse(String name, String text) {
    Matcher matcher = RATE.matcher(text.strip());
    if (matcher.matches()) {
      String unit = matcher.group(3) == null ? "B" : matcher.group(3);
      Long factor =
          UNITS.get(
              unit.length() == 1 && !unit.equals("B")
                  ? unit.replace('k', 'K') + "iB"
                  : unit.replace("KB", "kB").replace("kiB", "KiB"));
      long tenths = matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2));
      if (factor != null) {
        double rate = (Long.parseLong(matcher.group(1)) + tenths / 10.0) * factor;
        if (rate >= Throttle.BYTES_PER_SECOND_MIN && rate < Long.MAX_VALUE / 2.0) {
          return (long) rate;
        }
      }
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        name + " " + Quoted.of(text) + " is no rate of at least 16 KiB per second",
        "Give bytes per second with a unit: 500KiB, 20MiB, 1GB.");
  }
}
