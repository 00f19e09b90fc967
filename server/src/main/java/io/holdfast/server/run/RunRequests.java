package io.holdfast.server.run;

import java.util.List;
import java.util.Map;

/// Requests as the catalog keeps them: a kind, and what else there is to say as JSON.
final class RunRequests {
  /// What this server can do.
  static final List<String> KINDS = List.of("full", "incremental", "dump", "schema", "verify");

  private static final String BACKUP = "backup";

  private RunRequests() {}

  static Map<String, Object> details(RunRequest request) {
    return switch (request) {
      case RunRequest.Physical _, RunRequest.Dump _, RunRequest.Unknown _ -> Map.of();
      case RunRequest.Verify(var backup) -> Map.of(BACKUP, backup);
    };
  }

  static RunRequest of(String kind, Map<String, Object> details) {
    return switch (kind) {
      case "full" -> new RunRequest.Physical(RunRequest.Physical.Type.FULL);
      case "incremental" -> new RunRequest.Physical(RunRequest.Physical.Type.INCREMENTAL);
      case "dump" -> new RunRequest.Dump(RunRequest.Dump.Content.DUMP);
      case "schema" -> new RunRequest.Dump(RunRequest.Dump.Content.SCHEMA);
      case "verify" -> new RunRequest.Verify(String.valueOf(details.get(BACKUP)));
      default -> new RunRequest.Unknown(kind);
    };
  }
}
