package io.holdfast.engine.copy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What to copy.
///
/// @param backups names, or `latest`; empty for all
/// @param source whose backups; empty for those of every source. `latest` needs one
/// @param within only backups that began so short a time ago; empty for all of them
public record CopyRequest(
    List<String> backups, Optional<String> source, Wal wal, Optional<Duration> within) {
  public CopyRequest {
    backups = List.copyOf(backups);
  }

  /// However old they are.
  public CopyRequest(List<String> backups, Optional<String> source, Wal wal) {
    this(backups, source, wal, Optional.empty());
  }

  /// Which write-ahead log goes along.
  public enum Wal {
    /// Everything from the earliest of the backups on, so that any moment since can be restored.
    ALL,
    /// Only what each backup needs to be consistent.
    NEEDED
  }
}
