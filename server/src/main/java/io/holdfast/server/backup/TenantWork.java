package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.tenant.SharedAssets;
import io.holdfast.engine.tenant.TenantBackupReport;
import io.holdfast.engine.tenant.TenantBackupRequest;
import io.holdfast.engine.tenant.TenantRestoreReport;
import io.holdfast.engine.tenant.TenantRestoreRequest;
import io.holdfast.engine.tenant.Within;
import io.holdfast.engine.verify.VerifyReport;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunRequest.Owner;
import io.holdfast.server.run.RunRequest.TenantBackup.Assets;
import io.holdfast.server.source.Applications;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What is done for accounts of applications. Whose rows they are is decided by the configuration's
/// scope maps and by the account that the application signed for, never by what a request says.
final class TenantWork {
  private static final Duration LOCK_WAIT = Duration.ofSeconds(30);
  private static final int WARNINGS_TOLD = 20;

  private final Applications applications;
  private final BackupIndex index;
  private final OutlivedBackups outlived;
  private final RestorableBackups restorable;

  TenantWork(
      Applications applications,
      BackupIndex index,
      OutlivedBackups outlived,
      RestorableBackups restorable) {
    this.restorable = restorable;
    this.outlived = outlived;
    this.applications = applications;
    this.index = index;
  }

  Map<String, Object> execute(
      Holdfast holdfast, Origin origin, RunRequest.OfAccount request, Watch watch) {
    return switch (request) {
      case RunRequest.TenantBackup backup ->
          switch (origin) {
            case Origin.Request _ -> backUp(holdfast, backup, watch);
            case Origin.Schedule _ -> backUpAndTidy(holdfast, backup, watch);
          };
      case RunRequest.TenantRestore restore -> restore(holdfast, restore, watch);
      case RunRequest.TenantVerify(_, var backup) -> verify(holdfast, backup, watch);
      case RunRequest.TenantForget(_, var backups) -> forget(holdfast, backups, watch);
    };
  }

  private Map<String, Object> backUp(
      Holdfast holdfast, RunRequest.TenantBackup wanted, Watch watch) {
    Application application = applications.require(wanted.owner().application());
    TenantBackupReport made =
        holdfast
            .tenants(watch)
            .backup(
                new TenantBackupRequest(
                    Applications.map(application, wanted.scope()),
                    wanted.scopeId(),
                    within(application, wanted.owner(), wanted.scope()),
                    left(application, wanted.included()),
                    wanted.tables(),
                    application.stores(),
                    // Whoever may write rows of an account may make them name another's files.
                    SharedAssets.LEFT_OUT,
                    AccountLabels.of(wanted),
                    LOCK_WAIT));
    index.bringUpToDate(holdfast);
    Map<String, Object> result = new LinkedHashMap<>();
    String id = index.idOf(holdfast, made.snapshot());
    result.put(RunRequest.BACKUP, id);
    Map<String, Object> rows = new LinkedHashMap<>();
    made.tables().forEach(table -> rows.put(table.name(), table.rows()));
    long all = made.tables().stream().mapToLong(TenantBackupReport.Table::rows).sum();
    Progress progress = watch.progress();
    progress.note(
        "backed up scope %s as %s: %d rows of %d tables"
            .formatted(wanted.scope(), id, all, made.tables().size()));
    told(progress, made.warnings());
    result.put("rows", rows);
    result.put("warnings", made.warnings());
    return result;
  }

  private static void told(Progress progress, List<String> warnings) {
    warnings.stream().limit(WARNINGS_TOLD).forEach(it -> progress.note("warning: " + it));
  }

  /// With the account's own retention after it. That it fails takes nothing from the backup.
  private Map<String, Object> backUpAndTidy(
      Holdfast holdfast, RunRequest.TenantBackup wanted, Watch watch) {
    Map<String, Object> result = new LinkedHashMap<>(backUp(holdfast, wanted, watch));
    try {
      List<String> old = outlived.of(wanted.owner().account(), holdfast.id());
      if (!old.isEmpty()) {
        result.putAll(forget(holdfast, old, watch));
      }
    } catch (BackupException e) {
      watch.progress().note("old backups of the account stay for now: " + e.text());
    }
    return result;
  }

  /// Groups of assets that stay out.
  private static Set<String> left(Application application, Set<Assets> included) {
    Set<String> left = new HashSet<>();
    for (Assets assets : Assets.values()) {
      if (!included.contains(assets)) {
        left.addAll(
            switch (assets) {
              case AUDIO -> application.audio();
              case DOCUMENTS -> application.documents();
            });
      }
    }
    return left;
  }

  /// What a smaller scope must belong to.
  private static Optional<Within> within(Application application, Owner owner, String scope) {
    return scope.equals(Applications.FULL)
        ? Optional.empty()
        : Optional.of(
            new Within(Applications.map(application, Applications.FULL), owner.externalId()));
  }

  private Map<String, Object> restore(
      Holdfast holdfast, RunRequest.TenantRestore wanted, Watch watch) {
    restorable.require(wanted);
    Application application = applications.require(wanted.owner().application());
    TenantRestoreReport report =
        switch (wanted.step()) {
          case SHOWN ->
              holdfast
                  .tenants(watch)
                  .restore(request(application, wanted, new TenantRestoreRequest.Mode.Preview()));
          case DONE -> done(holdfast, application, wanted, watch);
        };
    boolean done = report.outcome() == TenantRestoreReport.Outcome.DONE;
    if (done) {
      index.restored(wanted.entry());
      index.bringUpToDate(holdfast);
    }
    Map<String, Object> result = new HashMap<>(report.toMap());
    told(wanted, result, watch.progress());
    told(watch.progress(), report.warnings());
    // Where the application's database is concerns nobody who signs in through it.
    result.remove("target");
    result.put(RunRequest.BACKUP, wanted.entry());
    result.put("safetyBackup", safety(holdfast, wanted, report));
    // The engine knows the scope by its map, who asked by the word of the configuration.
    result.put("scope", wanted.scope());
    return result;
  }

  private static void told(
      RunRequest.TenantRestore wanted, Map<String, Object> figures, Progress progress) {
    String what =
        switch (wanted.step()) {
          case SHOWN -> "showed what would be done";
          case DONE ->
              switch (wanted.aim().what()) {
                case RESTORE -> "restored";
                case COPY -> "copied";
                case UNDO -> "took a restore back";
              };
        };
    progress.note(
        "%s: %s rows to insert, %s to update, %s to delete, %s blocked"
            .formatted(
                what,
                figures.get("inserts"),
                figures.get("updates"),
                figures.get("deletes"),
                figures.get("blocked")));
  }

  /// What takes it back, if it is the account's own: what takes a copy back is that of the account
  /// that it went to.
  private Optional<String> safety(
      Holdfast holdfast, RunRequest.TenantRestore wanted, TenantRestoreReport report) {
    boolean own =
        switch (wanted.aim().what()) {
          case RESTORE, UNDO -> true;
          case COPY -> wanted.aim().target().equals(Optional.of(wanted.owner().externalId()));
        };
    return report.safetySnapshot().filter(_ -> own).map(snapshot -> index.idOf(holdfast, snapshot));
  }

  /// Does what was looked at, or what a look right before it says.
  private static TenantRestoreReport done(
      Holdfast holdfast, Application application, RunRequest.TenantRestore wanted, Watch watch) {
    String plan =
        wanted
            .plan()
            .orElseGet(
                () ->
                    holdfast
                        .tenants(watch)
                        .restore(
                            request(application, wanted, new TenantRestoreRequest.Mode.Preview()))
                        .planDigest());
    return holdfast
        .tenants(watch)
        .restore(
            request(
                application,
                wanted,
                new TenantRestoreRequest.Mode.Apply(plan, TenantRestoreRequest.Blocked.LEFT_OUT)));
  }

  private static TenantRestoreRequest request(
      Application application, RunRequest.TenantRestore wanted, TenantRestoreRequest.Mode mode) {
    return new TenantRestoreRequest(
        wanted.backup(),
        new TenantRestoreRequest.Scope.OfFile(Applications.map(application, wanted.scope())),
        wanted.scopeId(),
        within(application, wanted.owner(), wanted.scope()),
        aim(application, wanted),
        Set.of(),
        application.stores(),
        SharedAssets.LEFT_OUT,
        mode,
        LOCK_WAIT);
  }

  private static TenantRestoreRequest.Aim aim(
      Application application, RunRequest.TenantRestore wanted) {
    RunRequest.TenantRestore.Aim aim = wanted.aim();
    return switch (aim.what()) {
      case RESTORE ->
          TenantRestoreRequest.Aim.restore(aim.preset(), aim.tables(), application.operator());
      case COPY -> {
        String target = aim.target().orElseThrow();
        yield new TenantRestoreRequest.Aim.Copy(
            target,
            Optional.empty(),
            aim.tables(),
            application.operator(),
            AccountLabels.ofSafety(wanted, target));
      }
      case UNDO -> new TenantRestoreRequest.Aim.Undo();
    };
  }

  private Map<String, Object> verify(Holdfast holdfast, String backup, Watch watch) {
    VerifyReport report = holdfast.maintenance(watch).verify(backup);
    if (!report.isClean()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          "the backup is damaged",
          "Restore another one, and tell who runs the backups.");
    }
    index.verified(holdfast, List.of(backup));
    watch.progress().note("read all of it back: it is sound");
    return Map.of("valid", true);
  }

  private Map<String, Object> forget(Holdfast holdfast, List<String> backups, Watch watch) {
    List<Forget.Judged> plan =
        holdfast.snapshots(watch).planForget(backups, Forget.Newest.FORGOTTEN_TOO);
    holdfast.snapshots(watch).forget(plan);
    index.bringUpToDate(holdfast);
    return Map.of("forgotten", plan.stream().map(Forget.Judged::name).toList());
  }
}
