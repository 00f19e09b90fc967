package io.holdfast.engine.notify;

import java.time.Duration;

/// From when on something is worth telling.
///
/// @param keyAge a key that is older is old
/// @param storagePercent of the capacity that may be used
/// @param walLag how far behind the server what is stored may be
public record AlertLimits(Duration keyAge, int storagePercent, Duration walLag) {
  public static final AlertLimits DEFAULT =
      new AlertLimits(Duration.ofDays(90), 80, Duration.ofMinutes(15));

  public AlertLimits {
    if (!keyAge.isPositive() || !walLag.isPositive()) {
      throw new IllegalArgumentException("keyAge and walLag must be positive");
    }
    if (storagePercent < 10 || storagePercent > 100) {
      throw new IllegalArgumentException("storagePercent must be 10 to 100, is " + storagePercent);
    }
  }
}
