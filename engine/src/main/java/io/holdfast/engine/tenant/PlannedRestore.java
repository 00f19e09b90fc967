package io.holdfast.engine.tenant;

import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tenant.TenantRestoreReport.Outcome;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.tenant.restore.Goal;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A restore that was planned, and what it is made of, for its time. *Confined.*
record PlannedRestore(
    Settings settings,
    TenantRestoreRequest request,
    TenantContents contents,
    ScopeMap map,
    String id,
    Goal goal,
    TenantTarget target,
    TenantRestore rows,
    AssetFiles files,
    RestorePlan plan,
    List<String> warnings) {
  /// Groups of large objects that the backup has and that are not left out.
  static List<String> objectGroups(
      ScopeMap map, TenantContents contents, TenantRestoreRequest request) {
    return map.assets().entrySet().stream()
        .filter(group -> group.getValue() instanceof AssetGroup.LargeObjectGroup)
        .map(Map.Entry::getKey)
        .filter(name -> contents.hasObjects(name) && !request.without().contains(name))
        .toList();
  }

  List<String> objectGroups() {
    return objectGroups(map, contents, request);
  }

  TenantRestoreReport report(Outcome outcome, Optional<StoredSnapshot> safety) {
    return new TenantRestoreReport(
        contents.name(),
        target.url().toString(),
        map.name(),
        id,
        goal instanceof Goal.Copy copy
            ? Optional.of(new TenantRestoreReport.Copied(copy.from(), copy.operation()))
            : Optional.empty(),
        plan,
        new TenantRestoreReport.Files(
            files.count(FileStep.Action.CREATE),
            files.count(FileStep.Action.REPLACE),
            files.count(FileStep.Action.DELETE),
            files.kept(),
            files.leftAlone()),
        outcome,
        safety.map(backup -> backup.record().name()),
        safety.map(backup -> backup.id().toString()),
        warnings,
        List.of());
  }
}
