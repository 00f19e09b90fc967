package io.holdfast.server.run;

import java.util.Locale;

/// Where a run is between the wish and its end.
public enum RunStatus {
  /// Waits for its time, for a free worker, or for another run on the same thing.
  PENDING,
  RUNNING,
  COMPLETED,
  FAILED,
  CANCELLED,
  /// Was due and never began: nobody was there in time, or the run before it had not ended.
  MISSED;

  /// The word in the catalog and in the API.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws IllegalArgumentException if the catalog holds another word
  public static RunStatus of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// True if nothing will change any more.
  public boolean isEnd() {
    return switch (this) {
      case PENDING, RUNNING -> false;
      case COMPLETED, FAILED, CANCELLED, MISSED -> true;
    };
  }
}
