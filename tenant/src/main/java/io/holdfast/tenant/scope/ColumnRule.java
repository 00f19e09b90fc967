package io.holdfast.tenant.scope;

/// Where a column's value comes from.
///
/// @param onRestore in a restore in place
/// @param onClone in a copy to another account
public record ColumnRule(OnRestore onRestore, OnClone onClone) {
  /// In a restore in place.
  public sealed interface OnRestore {
    /// The value of the backup: what every column without a rule does.
    record Backup() implements OnRestore {}

    /// The value that the target has, where it has the row.
    record KeepTarget() implements OnRestore {}

    /// No value.
    record SetNull() implements OnRestore {}

    /// What this SQL gives.
    record Expression(SqlCondition sql) implements OnRestore {}
  }

  /// In a copy to another account.
  public sealed interface OnClone {
    /// The value of the backup: what every column without a rule does.
    record Copy() implements OnClone {}

    /// With something behind it that makes it unique.
    record Suffix() implements OnClone {}

    /// The next number that is free.
    record Renumber() implements OnClone {}

    /// No value.
    record SetNull() implements OnClone {}

    /// What this SQL gives.
    record Expression(SqlCondition sql) implements OnClone {}
  }
}
