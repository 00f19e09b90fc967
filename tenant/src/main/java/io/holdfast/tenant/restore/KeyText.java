package io.holdfast.tenant.restore;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Values as a text by which those that are equal are the same: `1.0` and `1` are one number.
final class KeyText {
  private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");

  private static final Pattern DECIMAL = Pattern.compile("numeric\\(([0-9]+),(-?[0-9]+)\\)");

  private KeyText() {}

  /// @param type as `format_type` writes it
  static boolean isNumber(String type) {
    return INTEGERS.contains(type) || isDecimal(type);
  }

  private static boolean isDecimal(String type) {
    return type.equals("numeric") || type.startsWith("numeric(");
  }

  /// The type of what is in an array.
  static String element(String array) {
    return array.substring(0, array.length() - "[]".length());
  }

  /// What a number has to be, behind its name, to fit; empty if any does.
  static Optional<String> range(String type) {
    return switch (type) {
      case "smallint" -> Optional.of("BETWEEN -32768 AND 32767");
      case "integer" -> Optional.of("BETWEEN -2147483648 AND 2147483647");
      case "bigint" -> Optional.of("BETWEEN -9223372036854775808 AND 9223372036854775807");
      default -> {
        Matcher decimal = DECIMAL.matcher(type);
        yield decimal.matches()
            ? Optional.of(
                "< 10::pg_catalog.numeric ^ ("
                    + decimal.group(1)
                    + " - ("
                    + decimal.group(2)
                    + "))")
            : Optional.empty();
      }
    };
  }

  /// @param value SQL of that type
  static String of(String value, String type) {
    return isDecimal(type)
        ? "pg_catalog.trim_scale(" + value + ")::pg_catalog.text COLLATE \"C\""
        : value + "::pg_catalog.text COLLATE \"C\"";
  }
}
