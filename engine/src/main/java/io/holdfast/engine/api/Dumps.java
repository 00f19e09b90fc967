package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.copy.SpreadBackup.Spread;
import io.holdfast.engine.dump.AfterRestore;
import io.holdfast.engine.dump.DumpBackup;
import io.holdfast.engine.dump.DumpBackupReport;
import io.holdfast.engine.dump.DumpListing;
import io.holdfast.engine.dump.DumpRequest;
import io.holdfast.engine.dump.DumpRestore;
import io.holdfast.engine.dump.DumpRestorePlan;
import io.holdfast.engine.dump.DumpRestoreReport;
import io.holdfast.engine.dump.DumpRestoreRequest;
import io.holdfast.engine.dump.DumpRestoreRequest.Erasures;
import io.holdfast.engine.tenant.ErasureRun;
import io.holdfast.engine.verify.ReadBack;
import java.util.List;

/// Databases by their definitions and rows. Needs the programs of PostgreSQL, which are looked for
/// in the directories of `HOLDFAST_PG_BIN` and where systems put them.
public final class Dumps {
  private final Work work;

  Dumps(Work work) {
    this.work = work;
  }

  /// Dumps databases of the source's server, each as of one moment.
  public DumpBackupReport backup(DumpRequest request) {
    return backup(request, List.of()).report();
  }

  /// The same into several repositories; see [Clusters#backup(BackupRequest, List)].
  public Spread<DumpBackupReport> backup(DumpRequest request, List<Options> also) {
    EngineContext context = work.context();
    return work.spread(
        also,
        (repository, settings) -> {
          DumpBackupReport made = new DumpBackup(context, repository).run(settings, request);
          return made.with(new ReadBack(context, repository).after(made.backup()));
        },
        DumpBackupReport::name);
  }

  /// The databases and tables of a dump.
  ///
  /// @param backup its name, or `latest`
  public DumpListing.Listing list(String backup) {
    return work.on(repository -> new DumpListing(repository).list(backup, work.source()));
  }

  /// What a restore that makes a database would do; changes nothing.
  public DumpRestorePlan plan(DumpRestoreRequest request) {
    return work.on(
        repository ->
            new DumpRestore(work.context(), repository, AfterRestore.NOTHING).plan(request));
  }

  /// Restores one database of a dump. Nothing is dropped or overwritten. Who was erased is erased
  /// again before it counts as restored, unless the request says otherwise.
  public DumpRestoreReport restore(DumpRestoreRequest request) {
    return work.on(repository -> restoring(repository, request).run(request));
  }

  /// Restores all databases of a dump, each into one of its name.
  public List<DumpRestoreReport> restoreAll(DumpRestoreRequest request) {
    return work.on(repository -> restoring(repository, request).runAll(request));
  }

  private DumpRestore restoring(OpenRepository repository, DumpRestoreRequest request) {
    AfterRestore after =
        switch (request.erasures()) {
          case Erasures.Applied(var map) ->
              new ErasureRun(work.context(), repository).afterRestore(map);
          case Erasures.LeftOut() -> AfterRestore.NOTHING;
        };
    return new DumpRestore(work.context(), repository, after);
  }
}
