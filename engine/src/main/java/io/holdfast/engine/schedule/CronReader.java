package io.holdfast.engine.schedule;

import static io.holdfast.engine.schedule.CronField.DAY_OF_MONTH;
import static io.holdfast.engine.schedule.CronField.DAY_OF_WEEK;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads the fields of one cron expression.
final class CronReader {
  private static final int FIELDS = CronField.values().length;

  private final String expression;

  /// @param expression as people wrote it, for messages
  CronReader(String expression) {
    this.expression = expression;
  }

  /// @return one for each field
  /// @throws BackupException `BAD_ARGUMENT` if a field cannot be read
  Map<CronField, CronValues> read(String fiveFields) {
    String[] texts = fiveFields.strip().split("\\s+");
    if (texts.length != FIELDS) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "cron '" + expression + "' has " + count(texts),
          "Give five: minute, hour, day of month, month, day of week, for example"
              + " '0 3 * * mon-fri'. There are no seconds and no years.");
    }
    Map<CronField, CronValues> values = new EnumMap<>(CronField.class);
    Iterator<String> next = List.of(texts).iterator();
    for (CronField field : CronField.values()) {
      values.put(field, values(field, next.next()));
    }
    return values;
  }

  private static String count(String[] texts) {
    if (texts.length == 1) {
      return texts[0].isEmpty() ? "no fields" : "1 field";
    }
    return texts.length + " fields";
  }

  private CronValues values(CronField field, String text) {
    List<CronValues.Item> items = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      items.add(item(field, item));
    }
    return new CronValues(field, text.toLowerCase(Locale.ROOT), items);
  }

  private CronValues.Item item(CronField field, String item) {
    if (item.equals("?")) {
      throw bad(field, item, "is of another kind of cron", "Write * instead.");
    }
    if (item.equalsIgnoreCase("L") && field == DAY_OF_MONTH) {
      return new CronValues.LastDay();
    }
    int slash = item.indexOf('/');
    String range = slash < 0 ? item : item.substring(0, slash);
    int step = slash < 0 ? 1 : step(field, item, item.substring(slash + 1));
    if (range.equals("*")) {
      return new CronValues.Range(field.first(), field.lastOfStar(), step);
    }
    int dash = range.indexOf('-');
    if (dash >= 0) {
      return range(field, item, range, step);
    }
    int number = number(field, item, range);
    if (slash >= 0) {
      throw bad(
          field,
          item,
          "has a step but no range",
          "Write " + number + "-" + field.lastOfStar() + "/" + step + ", or */" + step + ".");
    }
    return new CronValues.Range(number, number, 1);
  }

  private CronValues.Range range(CronField field, String item, String range, int step) {
    int dash = range.indexOf('-');
    int first = number(field, item, range.substring(0, dash));
    int last = number(field, item, range.substring(dash + 1));
    if (field == DAY_OF_WEEK && last == 0 && first > 0) {
      last = 7;
    }
    if (first > last) {
      throw bad(
          field,
          item,
          "begins after its end",
          "Write two ranges, for example "
              + (first + "-" + field.lastOfStar() + "," + field.first() + "-" + last)
              + ".");
    }
    return new CronValues.Range(first, last, step);
  }

  private int step(CronField field, String item, String text) {
    if (!text.matches("[0-9]{1,2}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > field.size()) {
      throw bad(
          field,
          item,
          "has a step that does not fit",
          "Give a step of 1 to " + field.size() + "; a cron counts anew in each field.");
    }
    return Integer.parseInt(text);
  }

  private int number(CronField field, String item, String text) {
    if (text.matches("[0-9]{1,2}")) {
      int number = Integer.parseInt(text);
      if (number >= field.first() && number <= field.last()) {
        return number;
      }
      throw bad(field, item, "is out of range", "Give " + field.allowed() + ".");
    }
    return field
        .numberOf(text)
        .orElseThrow(
            () ->
                bad(
                    field,
                    item,
                    "cannot be read",
                    "Give "
                        + field.allowed()
                        + ", * for all, or lists, ranges and steps of them."));
  }

  private BackupException bad(CronField field, String item, String why, String hint) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        field.label() + " '" + item + "' of cron '" + expression + "' " + why,
        hint);
  }
}
