package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.backup.BackupReport;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.drill.TestRestore;
import io.holdfast.engine.drill.TestRestoreReport;
import io.holdfast.engine.dump.DumpBackupReport;
import io.holdfast.engine.dump.DumpFilter;
import io.holdfast.engine.dump.DumpRequest;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.maintenance.PruneOutcome;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.verify.VerifyReport;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunWork;
import io.holdfast.server.source.Applications;
import io.holdfast.server.source.RestoreRoots;
import io.holdfast.server.source.Sources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs as operations of the engine. What a backup made is in the catalog before the run counts as
/// completed.
public final class EngineWork implements RunWork {
  private static final Logger LOG = LoggerFactory.getLogger(EngineWork.class);
  private static final String CHECKED_DATABASE = "postgres";
  private static final int FINDINGS_TOLD = 3;
  private static final Duration LOCK_WAIT = Duration.ofMinutes(1);

  private final Sources sources;
  private final BackupIndex index;
  private final Plans plans;
  private final TenantWork tenants;
  private final ClusterRestores restores;

  public EngineWork(
      Sources sources,
      Plans plans,
      BackupIndex index,
      Applications applications,
      OutlivedBackups outlived,
      RestorableBackups restorable,
      RestoreRoots roots) {
    this.restores = new ClusterRestores(roots, index);
    this.tenants = new TenantWork(applications, index, outlived, restorable);
    this.sources = sources;
    this.plans = plans;
    this.index = index;
  }

  @Override
  public Map<String, Object> execute(Run run, Watch watch) {
    Holdfast holdfast = sources.require(run.source());
    return switch (run.request()) {
      case RunRequest.Physical(var type) ->
          physical(holdfast, new BackupRequest(engineType(type), checkpoint(run.origin())), watch);
      case RunRequest.Dump(var content) -> dump(holdfast, content, watch);
      case RunRequest.Verify(var backup) -> verify(holdfast, backup, watch);
      case RunRequest.TestRestore(var backup) -> testRestore(holdfast, backup, watch);
      case RunRequest.Retention() -> retention(holdfast, run.source(), watch);
      case RunRequest.Restore restore -> restores.execute(holdfast, restore, watch);
      case RunRequest.OfAccount ofAccount ->
          tenants.execute(holdfast, run.origin(), ofAccount, watch);
      case RunRequest.Unknown(var kind) ->
          throw new IllegalStateException("a run of kind " + kind + " is not for this server");
    };
  }

  private Map<String, Object> physical(Holdfast holdfast, BackupRequest request, Watch watch) {
    BackupReport made = holdfast.clusters(watch).backup(request);
    return published(holdfast, made.name(), made.warnings());
  }

  private static BackupRequest.Type engineType(RunRequest.Physical.Type type) {
    return switch (type) {
      case FULL -> BackupRequest.Type.FULL;
      case INCREMENTAL -> BackupRequest.Type.INCREMENTAL;
    };
  }

  /// Who asks waits; who does not is not in a hurry and spares the server.
  private static BackupRequest.Checkpoint checkpoint(Origin origin) {
    return switch (origin) {
      case Origin.Request _ -> BackupRequest.Checkpoint.FAST;
      case Origin.Schedule _ -> BackupRequest.Checkpoint.SPREAD;
    };
  }

  private Map<String, Object> dump(
      Holdfast holdfast, RunRequest.Dump.Content content, Watch watch) {
    DumpRequest.Content wanted =
        switch (content) {
          case DUMP -> DumpRequest.Content.ALL;
          case SCHEMA -> DumpRequest.Content.SCHEMA_ONLY;
        };
    DumpBackupReport made =
        holdfast
            .dumps(watch)
            .backup(
                new DumpRequest(
                    List.of(),
                    DumpRequest.Scope.NAMED,
                    wanted,
                    DumpFilter.ALL,
                    LOCK_WAIT,
                    Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4)));
    return published(holdfast, made.name(), made.warnings());
  }

  /// The backup is there, whatever the catalog can take now: the next look finds it.
  private Map<String, Object> published(Holdfast holdfast, String name, List<String> warnings) {
    List<String> all = new ArrayList<>(warnings);
    try {
      index.bringUpToDate(holdfast);
    } catch (RuntimeException e) {
      LOG.warn("backup {} was made and cannot be listed yet", name, e);
      all.add("the list of backups could not be brought up to date; that is done again soon");
    }
    return Map.of(RunRequest.BACKUP, name, "warnings", all);
  }

  private Map<String, Object> verify(Holdfast holdfast, String backup, Watch watch) {
    VerifyReport report = holdfast.maintenance(watch).verify(backup);
    if (!report.isClean()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          "the backup " + backup + " is damaged",
          "'holdfast verify " + backup + "' shows what; 'holdfast repair' mends what can be.");
    }
    index.verified(holdfast, report.backups());
    return Map.of("backups", report.backups());
  }

  private Map<String, Object> testRestore(Holdfast holdfast, String backup, Watch watch) {
    TestRestoreReport report =
        holdfast
            .clusters(watch)
            .testRestore(
                new TestRestore.Request(
                    backup,
                    holdfast.settings().source(),
                    new TargetRequest.Latest(),
                    Optional.empty(),
                    Optional.empty(),
                    CHECKED_DATABASE,
                    Optional.empty()));
    if (!report.isClean()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          "the test restore of "
              + report.backup()
              + " failed: "
              + String.join("; ", report.findings().stream().limit(FINDINGS_TOLD).toList()),
          "'holdfast test-restore " + report.backup() + "' repeats it.");
    }
    return report.toMap();
  }

  /// Backups count no more before their data goes, and the catalog learns of it in between.
  private Map<String, Object> retention(Holdfast holdfast, String source, Watch watch) {
    RetentionPolicy policy =
        plans
            .policyOf(source)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.BAD_CONFIGURATION,
                        "source " + Quoted.of(source) + " has no retention policy",
                        "Name one of the section 'retention' with 'retention:' of the source."));
    List<Forget.Judged> plan =
        holdfast.snapshots(watch).planForget(policy, Optional.of(source)).stream()
            .filter(judged -> !judged.isKept())
            .toList();
    for (Forget.Judged judged : plan) {
      watch
          .progress()
          .note("forgets %s: %s".formatted(judged.name(), String.join(", ", judged.reasons())));
    }
    holdfast.snapshots(watch).forget(plan);
    index.bringUpToDate(holdfast);
    PruneOutcome pruned = holdfast.maintenance(watch).prune(PruneRequest.DEFAULT);
    pruned.lines().forEach(watch.progress()::note);
    return Map.of(
        "forgotten", plan.stream().map(Forget.Judged::name).toList(), "pruned", pruned.map());
  }
}
