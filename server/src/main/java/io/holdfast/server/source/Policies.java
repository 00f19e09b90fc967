package io.holdfast.server.source;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.retention.RetentionPolicy;
import java.util.Map;
import java.util.Optional;

/// The retention policies of sources.
///
/// @param bySource nothing of a source without one, whose backups are all kept
public record Policies(Map<String, RetentionPolicy> bySource) {
  public Policies {
    bySource = Map.copyOf(bySource);
  }

  /// @throws BackupException `BAD_CONFIGURATION` if it has none
  public RetentionPolicy require(String source) {
    return Optional.ofNullable(bySource.get(source))
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_CONFIGURATION,
                    "source " + Quoted.of(source) + " has no retention policy",
                    "Name one of the section 'retention' with 'retention:' of the source."));
  }
}
