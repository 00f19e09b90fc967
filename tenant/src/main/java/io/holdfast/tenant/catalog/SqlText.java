package io.holdfast.tenant.catalog;

/// Texts as SQL takes them.
public final class SqlText {
  private SqlText() {}

  /// A value, whatever `standard_conforming_strings` says.
  public static String literal(String value) {
    String doubled = value.replace("'", "''");
    return value.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }
}
