package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import io.holdfast.server.catalog.CatalogJson;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Requests as the catalog keeps them: a kind, and what else there is to say as JSON.
final class RunRequests {
  /// What this server can do.
  static final List<String> KINDS =
      Stream.concat(
              Arrays.stream(Job.values()).map(Job::word),
              Stream.of(
                  RunRequest.Restore.PLAN,
                  RunRequest.Restore.RESTORE,
                  RunRequest.TenantBackup.KIND,
                  RunRequest.TenantRestore.PREVIEW,
                  RunRequest.TenantRestore.RESTORE,
                  RunRequest.TenantVerify.KIND,
                  RunRequest.TenantForget.KIND))
          .toList();

  private final CatalogJson json;

  RunRequests(CatalogJson json) {
    this.json = json;
  }

  String details(RunRequest request) {
    return json.text(
        switch (request) {
          case RunRequest.Physical _,
              RunRequest.Dump _,
              RunRequest.Retention _,
              RunRequest.Unknown _ ->
              Map.of();
          case RunRequest.Verify(var backup) -> Map.of(RunRequest.BACKUP, backup);
          case RunRequest.TestRestore(var backup) -> Map.of(RunRequest.BACKUP, backup);
          case RunRequest.Restore restore -> restore;
          case RunRequest.OfAccount ofAccount -> ofAccount;
        });
  }

  RunRequest of(String kind, String details) {
    return switch (kind) {
      case RunRequest.Restore.PLAN, RunRequest.Restore.RESTORE ->
          json.value(details, RunRequest.Restore.class);
      case RunRequest.TenantBackup.KIND -> json.value(details, RunRequest.TenantBackup.class);
      case RunRequest.TenantRestore.PREVIEW, RunRequest.TenantRestore.RESTORE ->
          json.value(details, RunRequest.TenantRestore.class);
      case RunRequest.TenantVerify.KIND -> json.value(details, RunRequest.TenantVerify.class);
      case RunRequest.TenantForget.KIND -> json.value(details, RunRequest.TenantForget.class);
      default ->
          KINDS.contains(kind)
              ? RunRequest.of(Job.parse(kind), backup(details))
              : new RunRequest.Unknown(kind);
    };
  }

  private String backup(String details) {
    return String.valueOf(json.object(details).getOrDefault(RunRequest.BACKUP, RunRequest.LATEST));
  }
}
