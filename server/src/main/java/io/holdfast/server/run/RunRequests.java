package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Requests as the catalog keeps them: a kind, and what else there is to say as JSON.
final class RunRequests {
  /// What this server can do.
  static final List<String> KINDS = Arrays.stream(Job.values()).map(Job::word).toList();

  private RunRequests() {}

  static Map<String, Object> details(RunRequest request) {
    return switch (request) {
      case RunRequest.Physical _, RunRequest.Dump _, RunRequest.Retention _, RunRequest.Unknown _ ->
          Map.of();
      case RunRequest.Verify(var backup) -> Map.of(RunRequest.BACKUP, backup);
      case RunRequest.TestRestore(var backup) -> Map.of(RunRequest.BACKUP, backup);
    };
  }

  static RunRequest of(String kind, Map<String, Object> details) {
    String backup = String.valueOf(details.getOrDefault(RunRequest.BACKUP, RunRequest.LATEST));
    return KINDS.contains(kind)
        ? RunRequest.of(Job.parse(kind), backup)
        : new RunRequest.Unknown(kind);
  }
}
