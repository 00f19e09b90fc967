package io.holdfast.server.run;

import java.util.Optional;

/// Which runs; empty for all.
public record RunFilter(
    Optional<String> source, Optional<String> kind, Optional<RunStatus> status) {
  public static final RunFilter ALL =
      new RunFilter(Optional.empty(), Optional.empty(), Optional.empty());
}
