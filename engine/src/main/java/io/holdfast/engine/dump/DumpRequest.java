package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;
import java.util.List;

/// What to dump, and how.
///
/// @param databases by name; empty for that of the URL
/// @param filter which tables
/// @param lockWait how long to wait for others who change tables
/// @param jobs how many sessions read at once
public record DumpRequest(
    List<String> databases,
    Scope scope,
    Content content,
    DumpFilter filter,
    Duration lockWait,
    int jobs) {
  private static final int JOBS_MAX = 64;

  /// Which databases.
  public enum Scope {
    NAMED,
    /// All that accept connections and are no templates.
    ALL
  }

  /// What of them.
  public enum Content {
    ALL,
    /// Definitions without rows.
    SCHEMA_ONLY,
    /// Rows, positions of sequences and large objects without definitions.
    DATA_ONLY
  }

  public DumpRequest {
    databases = List.copyOf(databases);
    if (jobs < 1 || jobs > JOBS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          jobs + " cannot be the number of jobs",
          "Give a number from 1 to " + JOBS_MAX + ".");
    }
    if (scope == Scope.ALL && !databases.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "both all databases and some by name were asked for",
          "Give either --all or --database.");
    }
  }
}
