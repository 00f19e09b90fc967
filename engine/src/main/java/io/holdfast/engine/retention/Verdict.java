package io.holdfast.engine.retention;

import java.util.List;

/// What a policy says of a backup.
///
/// @param reasons all that decided
/// @param overruled what spoke against it, and did not decide: caps on what stays all the same, or
///   rules that would have kept what a cap takes
public record Verdict(Candidate backup, Fate fate, List<Reason> reasons, List<Reason> overruled) {
  public Verdict {
    reasons = List.copyOf(reasons);
    overruled = List.copyOf(overruled);
  }

  /// What becomes of a backup.
  public enum Fate {
    KEEP,
    /// It is kept, and due to be moved to the archive repository.
    ARCHIVE,
    DELETE
  }

  public boolean isKept() {
    return switch (fate) {
      case KEEP, ARCHIVE -> true;
      case DELETE -> false;
    };
  }
}
