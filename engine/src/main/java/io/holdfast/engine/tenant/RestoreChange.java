package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tenant.TenantRestoreReport.Outcome;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.tenant.restore.Goal;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.TablePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Does a restore that was planned: backs up what there is, changes it, and publishes that backup
/// with a list of the changes before the database is told to keep them.
final class RestoreChange {
  private final EngineContext context;
  private final Repository repository;

  RestoreChange(EngineContext context, Repository repository) {
    this.context = context;
    this.repository = repository;
  }

  /// Does it.
  ///
  /// @throws BackupException `PLAN_CHANGED` if the plan is another than the one that was looked at,
  ///   `RESTORE_BLOCKED` if rows cannot be restored and are not to be left out; nothing was changed
  TenantRestoreReport apply(PlannedRestore work, Mode.Apply apply) throws IOException {
    RestorePlan plan = work.plan();
    if (!plan.digest().equals(apply.plan())) {
      throw new BackupException(
          ErrorCode.PLAN_CHANGED,
          "the plan is now " + plan.digest() + ", not " + apply.plan(),
          "Nothing was changed. Look at 'holdfast tenant preview' again: rows, schema or backup are"
              + " others than when you looked.");
    }
    if (plan.blocked() > 0 && apply.blocked() == Blocked.REFUSED) {
      throw new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          plan.blocked() + " rows cannot be restored",
          "Nothing was changed. 'holdfast tenant preview' says why; --leave-blocked restores the"
              + " others.");
    }
    if (plan.isEmpty() && work.files().isEmpty()) {
      return work.report(Outcome.UNCHANGED, Optional.empty());
    }
    String domain = TenantDomain.of(work.map().name(), work.id());
    FileWriting files = work.files().writing();
    try (BackupSession session = repository.beginSession(domain)) {
      StoredSnapshot safety = change(work, session, domain, files);
      work.target().commit(safety.record().name());
      for (String failed : files.replace()) {
        work.warnings().add("the rows are restored, but " + failed);
      }
      return work.report(Outcome.DONE, Optional.of(safety));
    }
  }

  /// Backs up what there is, changes it, and publishes the backup together with the list of
  /// changes. All but the commit of the database is done then.
  private StoredSnapshot change(
      PlannedRestore work, BackupSession session, String domain, FileWriting files)
      throws IOException {
    TenantTarget target = work.target();
    TenantRestoreRequest request = work.request();
    TenantDraft draft =
        new TenantDraft(context, repository, session, work.settings().source(), domain);
    TenantBackupRequest everything =
        TenantBackupRequest.of(Path.of(TenantPaths.SCOPE), work.id())
            .withWithout(request.without())
            .withStores(request.stores())
            .withShared(request.shared())
            .withLockWait(request.lockWait());
    TenantToc toc =
        draft.read(
            work.map(),
            target.catalog(),
            target.session(),
            everything,
            work.files().stores(),
            work.files().own(),
            new ArrayList<>());
    context.progress().phase("restore", 0);
    work.warnings().addAll(work.rows().apply(work.plan()));
    ObjectFilling objects = new ObjectFilling(work.contents(), target.session());
    for (String group : work.objectGroups()) {
      objects.fill(group, work.rows());
    }
    draft.add(TenantPaths.UNDO_FILES, work.files().written());
    List<String> touched =
        work.plan().tables().stream()
            .map(TablePlan::exportName)
            .sorted(TenantPaths.ORDER_OF_UNDO)
            .toList();
    for (String exportName : touched) {
      draft.add(TenantPaths.undo(exportName), target.session(), work.rows().done(exportName));
    }
    SortedMap<String, String> values = new TreeMap<>(TenantPaths.ORDER_OF_VALUES);
    values.putAll(work.rows().values());
    for (Map.Entry<String, String> made : values.entrySet()) {
      draft.add(TenantPaths.values(made.getKey()), target.session(), made.getValue());
    }
    work.rows().liftSequences(work.plan());
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("restored", work.contents().name());
    attributes.put(TenantDraft.TRANSACTION, target.transaction());
    switch (work.goal()) {
      case Goal.Copy copy -> {
        attributes.putAll(EarlierRestores.attributes(copy));
        attributes.putAll(labels(request));
      }
      case Goal.Restore _, Goal.Undo _ -> attributes.putAll(work.contents().labels());
    }
    target.identity().ifPresent(identity -> attributes.put(TenantDraft.DATABASE, identity));
    StoredSnapshot safety = draft.commit(TenantDraft.SAFETY_KIND, toc, attributes);
    // Not before it says so: what is left of a restore that fails is known to the next one.
    files.create();
    return safety;
  }

  /// A copy is another tenant's, and so is what undoes it: the labels of the backup are not its.
  private static Map<String, String> labels(TenantRestoreRequest request) {
    Map<String, String> labels = new TreeMap<>();
    if (request.aim() instanceof TenantRestoreRequest.Aim.Copy copy) {
      copy.labels().forEach((name, value) -> labels.put(TenantDraft.LABEL + name, value));
    }
    return labels;
  }
}
