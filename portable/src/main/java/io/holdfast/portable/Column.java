package io.holdfast.portable;

/// A column of a table.
///
/// @param type as PostgreSQL's `format_type` says it
public record Column(String name, String type) {
  /// How its values are written.
  enum Form {
    BOOLEAN,
    NUMBER,
    TEXT
  }

  Form form() {
    return switch (type) {
      case "boolean" -> Form.BOOLEAN;
      case "smallint", "integer", "real", "double precision" -> Form.NUMBER;
      default -> Form.TEXT;
    };
  }
}
