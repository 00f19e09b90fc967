package io.holdfast.server.access;

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

  static Role of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
