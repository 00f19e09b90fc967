package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;

/// How the user wants the restored server to get its WAL.
public enum WalChoice {
  /// Staged where it fits, else on demand.
  AUTO("auto"),
  STAGED("staged"),
  ON_DEMAND("on-demand");

  private final String word;

  WalChoice(String word) {
    this.word = word;
  }

  public static WalChoice parse(String text) {
    for (WalChoice choice : values()) {
      if (choice.word.equals(text)) {
        return choice;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "'" + text + "' is no way to supply WAL",
        "Use --wal staged, on-demand or auto.");
  }
}
