package io.holdfast.engine.copy;

import java.util.List;
import java.util.Optional;

/// What to copy.
///
/// @param backups names, or `latest`; empty for all
/// @param source whose backups; empty for those of every source. `latest` needs one
public record CopyRequest(List<String> backups, Optional<String> source, Wal wal) {
  public CopyRequest {
    backups = List.copyOf(backups);
  }

  /// Which write-ahead log goes along.
  public enum Wal {
    /// Everything from the earliest of the backups on, so that any moment since can be restored.
    ALL,
    /// Only what each backup needs to be consistent.
    NEEDED
  }
}
