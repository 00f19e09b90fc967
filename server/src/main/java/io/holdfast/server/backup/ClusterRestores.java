package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.engine.restore.WalChoice;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.source.RestoreRoots;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Restores of physical backups into new directories of this server. What is shown and what is done
/// is one plan.
final class ClusterRestores {
  private final RestoreRoots roots;
  private final BackupIndex index;

  ClusterRestores(RestoreRoots roots, BackupIndex index) {
    this.roots = roots;
    this.index = index;
  }

  Map<String, Object> execute(Holdfast holdfast, RunRequest.Restore wanted, Watch watch) {
    RestorePlan plan = holdfast.clusters(watch).plan(request(wanted));
    requireInside(plan);
    Map<String, Object> result =
        new LinkedHashMap<>(
            switch (wanted.step()) {
              case SHOWN -> plan.toMap();
              case DONE -> restore(holdfast, wanted, plan, watch);
            });
    result.put("outcome", wanted.step() == RunRequest.Restore.Stage.SHOWN ? "planned" : "done");
    result.put("eraseAgain", holdfast.clusters(watch).erased(plan));
    return result;
  }

  private Map<String, Object> restore(
      Holdfast holdfast, RunRequest.Restore wanted, RestorePlan plan, Watch watch) {
    if (wanted.before() == RunRequest.Restore.Before.VERIFIED
        && !holdfast.maintenance(watch).verify(wanted.backup()).isClean()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          "the backup " + wanted.entry() + " is damaged, and nothing was restored",
          "'holdfast verify " + wanted.entry() + "' shows what; restore another one.");
    }
    Map<String, Object> report = holdfast.clusters(watch).restore(plan).toMap();
    index.restored(wanted.entry());
    return report;
  }

  /// This server may be another one than that which took the request.
  private RestoreRequest request(RunRequest.Restore wanted) {
    return new RestoreRequest(
        wanted.backup(),
        wanted.source(),
        roots.require(wanted.target()),
        target(wanted.until()),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        WalChoice.STAGED);
  }

  private static TargetRequest target(String until) {
    return switch (until) {
      case RunRequest.Restore.LATEST -> new TargetRequest.Latest();
      case RunRequest.Restore.OF_BACKUP -> new TargetRequest.Immediate();
      default -> new TargetRequest.Time(until, Optional.empty(), TargetRequest.Edge.INCLUSIVE);
    };
  }

  /// Tablespaces would go where they were at the source.
  private void requireInside(RestorePlan plan) {
    plan.tablespaces()
        .values()
        .forEach(
            place -> {
              var _ = roots.require(place);
            });
  }
}
