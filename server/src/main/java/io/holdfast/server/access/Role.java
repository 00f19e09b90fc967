package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.Arrays;
import java.util.Locale;

/// What a user may do. Each may do all that those below it may.
public enum Role {
  /// Looks.
  VIEWER,
  /// Backs up, verifies, and restores to new places.
  OPERATOR,
  /// Everything.
  ADMIN;

  /// The word in the catalog and in the API.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is no role
  static Role parse(String word) {
    return Arrays.stream(values())
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(word) + " is no role",
                    "Give admin, operator or viewer."));
  }

  static Role of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
