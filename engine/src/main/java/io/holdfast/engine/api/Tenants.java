package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.copy.SpreadBackup.Spread;
import io.holdfast.engine.tenant.TenantBackup;
import io.holdfast.engine.tenant.TenantBackupReport;
import io.holdfast.engine.tenant.TenantBackupRequest;
import io.holdfast.engine.tenant.TenantRestoration;
import io.holdfast.engine.tenant.TenantRestoreReport;
import io.holdfast.engine.tenant.TenantRestoreRequest;
import io.holdfast.engine.verify.ReadBack;
import java.util.List;

/// What belongs to one tenant of a shared database, as a scope map says.
public final class Tenants {
  private final Work work;

  Tenants(Work work) {
    this.work = work;
  }

  /// Backs up the rows and assets of one tenant.
  public TenantBackupReport backup(TenantBackupRequest request) {
    return backup(request, List.of()).report();
  }

  /// The same into several repositories; see [Clusters#backup(BackupRequest, List)].
  public Spread<TenantBackupReport> backup(TenantBackupRequest request, List<Options> also) {
    EngineContext context = work.context();
    return work.spread(
        also,
        (repository, settings) -> {
          TenantBackupReport made = new TenantBackup(context, repository).run(settings, request);
          return made.with(new ReadBack(context, repository).after(made.backup()));
        },
        TenantBackupReport::name);
  }

  /// Shows a plan, executes the plan that was shown, or takes a restore back: the request says
  /// which.
  public TenantRestoreReport restore(TenantRestoreRequest request) {
    return work.on(
        repository ->
            new TenantRestoration(work.context(), repository).run(work.settings(), request));
  }
}
