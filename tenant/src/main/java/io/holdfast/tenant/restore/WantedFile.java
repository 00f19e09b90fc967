package io.holdfast.tenant.restore;

/// A file that a row names which is or will be there.
///
/// @param stored its name in the backup
public record WantedFile(String stored, Row row) {
  /// Where the row is.
  public enum Row {
    THERE,
    RESTORED
  }
}
