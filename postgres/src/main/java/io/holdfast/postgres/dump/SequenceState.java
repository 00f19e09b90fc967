package io.holdfast.postgres.dump;

/// Where a sequence stands.
///
/// @param isCalled whether the value was handed out
public record SequenceState(SqlName name, long value, boolean isCalled) {
  /// The command that puts it there.
  public String restoring() {
    return "SELECT pg_catalog.setval("
        + SqlName.literal(name.quoted())
        + "::pg_catalog.regclass, "
        + value
        + ", "
        + isCalled
        + ")";
  }
}
