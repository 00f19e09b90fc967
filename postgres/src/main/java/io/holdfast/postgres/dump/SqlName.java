package io.holdfast.postgres.dump;

/// The name of something in a schema, as the catalog has it.
public record SqlName(String schema, String name) {
  /// As SQL takes it, quoted.
  public String quoted() {
    return quote(schema) + "." + quote(name);
  }

  /// One name, quoted.
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /// A text, as a literal that means the same under all settings.
  public static String literal(String text) {
    String doubled = text.replace("'", "''");
    return doubled.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : " E'" + doubled.replace("\\", "\\\\") + "'";
  }

  /// For messages.
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
