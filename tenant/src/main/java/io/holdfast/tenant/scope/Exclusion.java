package io.holdfast.tenant.scope;

/// Tables that are left out, and why.
public record Exclusion(TablePattern pattern, String reason) {
  /// The reason of tables that nobody has decided about.
  public static final String UNDECIDED = "not reachable from the root: decide";

  /// Whether somebody still has to decide.
  public boolean isUndecided() {
    return reason.equals(UNDECIDED);
  }
}
