package io.holdfast.systemtests;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fields of what commands answer with `--json`.
final class Answers {
  private Answers() {}

  /// All values of a field, in their order; texts without their quotes.
  static List<String> all(String json, String field) {
    List<String> values = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("\"" + field + "\": ?(?:\"([^\"]*)\"|([^,\\s}]+))").matcher(json);
    while (matcher.find()) {
      values.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    return values;
  }

  /// The only value of a field.
  static String only(String json, String field) {
    List<String> values = all(json, field);
    if (values.size() != 1) {
      throw new AssertionError(values.size() + " values of '" + field + "' in " + json);
    }
    return values.getFirst();
  }
}
