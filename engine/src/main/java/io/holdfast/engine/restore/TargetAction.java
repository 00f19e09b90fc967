package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;

/// What the server does when it has reached the target.
public enum TargetAction {
  PAUSE("pause"),
  PROMOTE("promote"),
  SHUTDOWN("shutdown");

  private final String word;

  TargetAction(String word) {
    this.word = word;
  }

  /// The value of `recovery_target_action`.
  public String word() {
    return word;
  }

  public static TargetAction parse(String text) {
    for (TargetAction action : values()) {
      if (action.word.equals(text)) {
        return action;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + text + "' is not a target action",
        "Use pause, promote or shutdown.");
  }
}
