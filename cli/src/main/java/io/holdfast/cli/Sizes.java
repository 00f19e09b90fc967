package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads sizes as people write them: `50GiB`, `800 MiB`, `1.5TiB`, `4096`.
final class Sizes {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,3})?)\\s*(?:([kmgtp])(?:ib)?|b)?");
  private static final String UNITS = "kmgtp";

  private Sizes() {}

  /// @throws BackupException `BAD_ARGUMENT`
  static ByteSize parse(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      String unit = matcher.group(2);
      long factor = unit == null ? 1 : 1L << (10 * (UNITS.indexOf(unit) + 1));
      double bytes = Double.parseDouble(matcher.group(1)) * factor;
      if (bytes >= 1 && bytes < Long.MAX_VALUE) {
        return new ByteSize((long) bytes);
      }
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + text + "' is no size",
        "Write it like 50GiB, 800MiB or 1.5TiB.");
  }
}
