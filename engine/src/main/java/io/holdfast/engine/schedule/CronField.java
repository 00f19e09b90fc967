package io.holdfast.engine.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// A field of a cron expression, in the order in which they are written.
enum CronField {
  MINUTE(0, 59, ""),
  HOUR(0, 23, ""),
  DAY_OF_MONTH(1, 31, ""),
  MONTH(1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
  DAY_OF_WEEK(0, 7, "sun mon tue wed thu fri sat");

  private final int first;
  private final int last;
  private final String names;

  CronField(int first, int last, String names) {
    this.first = first;
    this.last = last;
    this.names = names;
  }

  /// The smallest number that may be written.
  int first() {
    return first;
  }

  /// The largest number that may be written; 7 is Sunday once more.
  int last() {
    return last;
  }

  /// The largest number that `*` stands for.
  int lastOfStar() {
    return this == DAY_OF_WEEK ? 6 : last;
  }

  /// How many values `*` stands for.
  int size() {
    return lastOfStar() - first + 1;
  }

  /// The number behind a name in any case, if the field has such a name.
  OptionalInt numberOf(String name) {
    List<String> all = Arrays.asList(names.split(" "));
    int index = name.isEmpty() ? -1 : all.indexOf(name.toLowerCase(Locale.ROOT));
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(first + index);
  }

  /// What may be written, for hints.
  String allowed() {
    return switch (this) {
      case MINUTE, HOUR -> first + " to " + last;
      case DAY_OF_MONTH -> first + " to " + last + ", or L for the last day";
      case MONTH -> first + " to " + last + ", or jan to dec";
      case DAY_OF_WEEK -> "0 to 7 (0 and 7 are Sunday), or sun to sat";
    };
  }

  /// The name in messages: `day of month`.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
