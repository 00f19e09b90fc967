package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.backup.BackupReport;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.copy.SpreadBackup.Spread;
import io.holdfast.engine.drill.TestRestore;
import io.holdfast.engine.drill.TestRestoreReport;
import io.holdfast.engine.restore.ReachableSearch;
import io.holdfast.engine.restore.ReachableTimes;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.restore.RestoreReport;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.tenant.ErasureRegister;
import io.holdfast.engine.verify.ReadBack;
import java.util.List;

/// Whole clusters: physical backups, and restores of them to any moment.
public final class Clusters {
  private final Work work;

  Clusters(Work work) {
    this.work = work;
  }

  /// Backs up the source's cluster over the replication protocol.
  public BackupReport backup(BackupRequest request) {
    return backup(request, List.of()).report();
  }

  /// The same into several repositories; the source is read once. The backup is made in the first
  /// that can be reached, this one before the others.
  public Spread<BackupReport> backup(BackupRequest request, List<Options> also) {
    EngineContext context = work.context();
    return work.spread(
        also,
        (repository, settings) -> {
          BackupReport made = new PhysicalBackup(context, repository).run(settings, request);
          return made.with(new ReadBack(context, repository).after(made.backup()));
        },
        BackupReport::name);
  }

  /// Which moments a source can be brought back to, by what is listed: nothing is read back.
  public ReachableTimes reachable(String source) {
    return work.on(repository -> new ReachableSearch(repository).of(source));
  }

  /// What a restore will do; writes nothing.
  public RestorePlan plan(RestoreRequest request) {
    return work.on(
        repository ->
            new Restore(work.context(), repository, work.options().program()).plan(request));
  }

  /// What has to be erased again in the restored cluster, which does not run yet: for people, with
  /// the command for each database. Empty if nothing was ever erased.
  public List<String> erased(RestorePlan plan) {
    return work.on(repository -> new ErasureRegister(work.context(), repository).reminder(plan));
  }

  /// Executes a plan. A crash leaves a directory without `pg_control`, which no server starts on.
  public RestoreReport restore(RestorePlan plan) {
    return work.on(
        repository ->
            new Restore(work.context(), repository, work.options().program()).execute(plan));
  }

  /// Plans and restores.
  public RestoreReport restore(RestoreRequest request) {
    return restore(plan(request));
  }

  /// Proves a backup on a scratch server, and removes everything again.
  public TestRestoreReport testRestore(TestRestore.Request request) {
    return work.on(
        repository ->
            new TestRestore(work.context(), repository, work.options().environment()).run(request));
  }
}
