package io.holdfast.engine.schedule;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// What one field of a cron expression says.
///
/// @param text as written, in lower case
/// @param items at least one
record CronValues(CronField field, String text, List<Item> items) {
  CronValues {
    items = List.copyOf(items);
  }

  /// A part of a list.
  sealed interface Item {}

  /// A number (both ends are the same), a range, or steps through one.
  record Range(int first, int last, int step) implements Item {
    boolean hasSeveral() {
      return first + step <= last;
    }

    IntStream values() {
      return IntStream.iterate(first, value -> value <= last, value -> value + step);
    }
  }

  /// The last day of the month.
  record LastDay() implements Item {}

  /// True if nothing is chosen, as Vixie cron sees it: the field is `*` or begins so.
  boolean beginsWithStar() {
    return text.startsWith("*");
  }

  /// True if every value is in it.
  boolean isEvery() {
    return values().size() == field.size();
  }

  /// True if an item stands for several values, which makes an interval pattern of the cron.
  boolean repeats() {
    return items.stream().anyMatch(item -> item instanceof Range range && range.hasSeveral());
  }

  /// A step of `*` that leaves a rest, so that the distances are not all the same.
  OptionalInt unevenStep() {
    return items.stream()
        .flatMapToInt(
            item ->
                item instanceof Range(int first, int last, int step)
                        && first == field.first()
                        && last == field.lastOfStar()
                        && field.size() % step != 0
                    ? IntStream.of(step)
                    : IntStream.empty())
        .findFirst();
  }

  boolean hasLastDay() {
    return items.stream().anyMatch(LastDay.class::isInstance);
  }

  /// The numbers, each once, in ascending order; Sunday is 0.
  List<Integer> values() {
    return items.stream()
        .flatMapToInt(
            item ->
                switch (item) {
                  case Range range -> range.values();
                  case LastDay() -> IntStream.empty();
                })
        .map(value -> field == CronField.DAY_OF_WEEK ? value % 7 : value)
        .distinct()
        .sorted()
        .boxed()
        .toList();
  }

  /// The numbers as bits.
  long mask() {
    return values().stream().mapToLong(value -> 1L << value).reduce(0, (a, b) -> a | b);
  }
}
