package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.SqlText;
import java.util.Optional;

/// A column that a copy changes.
///
/// @param join what the value needs beside the old row, `o`
/// @param value its SQL
/// @param outside the branch of a `CASE` for rows that point to what is not in the backup
record RenewedColumn(String name, String join, String value, Optional<String> outside) {
  /// @param label by what the row points
  static String when(String condition, String label) {
    return " WHEN " + condition + " THEN " + SqlText.literal(label);
  }
}
