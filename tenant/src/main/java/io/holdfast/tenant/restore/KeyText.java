package io.holdfast.tenant.restore;

import java.util.Set;

/// Values as a text by which those that are equal are the same: `1.0` and `1` are one number.
final class KeyText {
  private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");

  private KeyText() {}

  /// @param type as `format_type` writes it
  static boolean isNumber(String type) {
    return INTEGERS.contains(type) || isDecimal(type);
  }

  private static boolean isDecimal(String type) {
    return type.equals("numeric") || type.startsWith("numeric(");
  }

  /// @param value SQL of that type
  static String of(String value, String type) {
    return isDecimal(type)
        ? "pg_catalog.trim_scale(" + value + ")::pg_catalog.text COLLATE \"C\""
        : value + "::pg_catalog.text COLLATE \"C\"";
  }
}
