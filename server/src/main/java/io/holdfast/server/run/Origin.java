package io.holdfast.server.run;

import java.time.Instant;
import java.util.Optional;

/// Why a run is there.
public sealed interface Origin {
  /// The word in the catalog.
  String word();

  /// Somebody asked for it.
  ///
  /// @param by the name of the user
  record Request(String by) implements Origin {
    @Override
    public String word() {
      return "request";
    }
  }

  /// It was due.
  ///
  /// @param slot the nominal time; no two runs have the same, save further tries
  record Schedule(String schedule, Instant slot) implements Origin {
    @Override
    public String word() {
      return "schedule";
    }
  }

  /// The user who asked for it, if one did.
  default Optional<String> requestedBy() {
    return switch (this) {
      case Request(var by) -> Optional.of(by);
      case Schedule _ -> Optional.empty();
    };
  }
}
