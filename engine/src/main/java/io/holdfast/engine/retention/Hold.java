package io.holdfast.engine.retention;

import java.time.Instant;

/// Whether somebody forbade that a backup is deleted.
public sealed interface Hold {
  /// Nobody did.
  record None() implements Hold {}

  /// Until a moment, which is no longer part of it.
  record Until(Instant end) implements Hold {}

  /// Until somebody takes it back: a legal hold.
  record Legal() implements Hold {}

  /// Whether it holds now.
  default boolean holdsAt(Instant now) {
    return switch (this) {
      case None() -> false;
      case Until(Instant end) -> now.isBefore(end);
      case Legal() -> true;
    };
  }
}
