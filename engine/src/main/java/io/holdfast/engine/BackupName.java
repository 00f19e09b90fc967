package io.holdfast.engine;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;

/// Names of backups that a person can read: `<source>_<type>_<UTC time>`, with `-2`, `-3` … where
/// that is taken.
public final class BackupName {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int SUFFIX_MAX = 10_000;

  private BackupName() {}

  public static String of(String source, String type, Instant startedAt, Set<String> taken) {
    String plain = source + "_" + type + "_" + TIME.format(startedAt);
    if (!taken.contains(plain)) {
      return plain;
    }
    for (int n = 2; n <= SUFFIX_MAX; n++) {
      if (!taken.contains(plain + "-" + n)) {
        return plain + "-" + n;
      }
    }
    throw new IllegalStateException("more than " + SUFFIX_MAX + " backups are named " + plain);
  }
}
