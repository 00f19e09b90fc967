package io.holdfast.tenant.restore;

/// Texts as SQL takes them.
final class SqlText {
  private SqlText() {}

  /// A value, whatever `standard_conforming_strings` says.
  static String literal(String value) {
    String doubled = value.replace("'", "''");
    return value.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }
}
