package io.holdfast.engine.api;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.maintenance.Prune;
import io.holdfast.engine.maintenance.PruneOutcome;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.maintenance.Repair;
import io.holdfast.engine.maintenance.RepairOutcome;
import io.holdfast.engine.verify.BudgetReport;
import io.holdfast.engine.verify.BudgetVerify;
import io.holdfast.engine.verify.Check;
import io.holdfast.engine.verify.CheckReport;
import io.holdfast.engine.verify.Verify;
import io.holdfast.engine.verify.VerifyReport;
import io.holdfast.engine.verify.VerifySettings;

/// The repository as a whole. Backups may run meanwhile, in this process and in others. Damage is
/// what these operations look for, so they report it and do not throw.
public final class Maintenance {
  private final Work work;

  Maintenance(Work work) {
    this.work = work;
  }

  /// Whether everything is there that backups need; their data is not read.
  public CheckReport check() {
    return work.on(repository -> new Check(work.context(), repository).run());
  }

  /// Reads a backup back, with the write-ahead log it needs.
  ///
  /// @param backup its name, or `latest`
  public VerifyReport verify(String backup) {
    return work.on(repository -> new Verify(work.context(), repository).one(backup, work.source()));
  }

  /// Reads everything back.
  public VerifyReport verifyAll() {
    return work.on(repository -> new Verify(work.context(), repository).all());
  }

  /// Reads so much back, those packs first that were proved longest ago, and writes down what was
  /// proved.
  public BudgetReport verifyWithin(ByteSize budget, BudgetVerify.Per per) {
    EngineContext context = work.context();
    long days = VerifySettings.of(context.environment()).provedWithinDays();
    return work.on(repository -> new BudgetVerify(context, repository).run(budget, per, days));
  }

  /// What a prune would remove.
  public PruneOutcome planPrune(PruneRequest request) {
    return work.on(repository -> new Prune(work.context(), repository).plan(request));
  }

  /// Removes what no backup needs.
  public PruneOutcome prune(PruneRequest request) {
    return work.on(repository -> new Prune(work.context(), repository).run(request));
  }

  /// What a repair would mend.
  public RepairOutcome planRepair(Repair.Request request) {
    return work.on(repository -> new Repair(work.context(), repository).plan(request));
  }

  /// Mends a damaged repository. Deletes nothing.
  public RepairOutcome repair(Repair.Request request) {
    return work.on(repository -> new Repair(work.context(), repository).run(request));
  }
}
