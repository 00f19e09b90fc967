package io.holdfast.postgres.datadir;

/// What a server does once recovery has reached its target.
public enum TargetAction {
  PAUSE("pause"),
  PROMOTE("promote"),
  SHUTDOWN("shutdown");

  private final String label;

  TargetAction(String label) {
    this.label = label;
  }

  /// The value of `recovery_target_action`.
  public String label() {
    return label;
  }
}
