package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// What is kept: so many backups for each kind of place, and all that are young enough.
///
/// @param places how many backups of each kind are kept
/// @param within keeps everything that began so short a time ago; zero for nothing
public record KeepRules(Map<Keep, Integer> places, Duration within) {
  /// The most places of one kind.
  public static final int PLACES_MAX = 100_000;

  private static final Duration TIME_MAX = Duration.ofDays(36_500);

  /// No rules.
  public static final KeepRules NONE = new KeepRules(Map.of(), Duration.ZERO);

  /// @throws BackupException `BAD_ARGUMENT` if a number is out of range
  public KeepRules {
    places = Collections.unmodifiableMap(new EnumMap<>(withoutNone(places)));
    requireTime("backups cannot be kept within", within);
  }

  private static Map<Keep, Integer> withoutNone(Map<Keep, Integer> places) {
    Map<Keep, Integer> some = new EnumMap<>(Keep.class);
    places.forEach(
        (keep, count) -> {
          if (count < 0 || count > PLACES_MAX) {
            throw new BackupException(
                ErrorCode.BAD_ARGUMENT,
                keep.option() + " " + count + " is no number of backups",
                "Give 0 to " + PLACES_MAX + ".");
          }
          if (count > 0) {
            some.put(keep, count);
          }
        });
    return some;
  }

  /// Whether they say nothing.
  public boolean isEmpty() {
    return places.isEmpty() && within.isZero();
  }

  static void requireTime(String what, Duration time) {
    if (time.isNegative() || time.compareTo(TIME_MAX) > 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          what + " " + time,
          "Give a time of up to " + TIME_MAX.toDays() + " days.");
    }
  }
}
