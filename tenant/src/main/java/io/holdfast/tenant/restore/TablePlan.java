package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;

/// What a restore finds in one table, and what it would do there.
///
/// @param fresh rows of the backup that the target does not have
/// @param identical rows that are the same
/// @param changed rows that the target has with other values
/// @param extra rows that only the target has
/// @param fingerprint of the rows that would be written or deleted, with what they are now
public record TablePlan(
    QualifiedName table,
    String exportName,
    long fresh,
    long identical,
    long changed,
    long extra,
    Work work,
    List<Blocked> blocked,
    String fingerprint) {
  /// Rows that are written.
  public record Work(long inserts, long updates, long deletes) {
    public boolean isEmpty() {
      return inserts == 0 && updates == 0 && deletes == 0;
    }
  }

  public TablePlan {
    blocked = List.copyOf(blocked);
  }

  /// Rows that cannot be written or deleted.
  public long blockedRows() {
    return blocked.stream()
        .filter(rows -> rows.reason() != Reason.ERASED)
        .mapToLong(Blocked::rows)
        .sum();
  }

  /// Rows that are left out because they were erased.
  public long erasedRows() {
    return blocked.stream()
        .filter(rows -> rows.reason() == Reason.ERASED)
        .mapToLong(Blocked::rows)
        .sum();
  }

  /// What must be the same when it is done as it was when it was shown. Rows that stay as they are
  /// may change meanwhile: people go on working.
  String text() {
    return table + " " + work + " " + blocked + " " + fingerprint;
  }
}
