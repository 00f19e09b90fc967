package io.holdfast.engine.api;

import io.holdfast.engine.tenant.ErasureRegister;
import io.holdfast.engine.tenant.ErasureReport;
import io.holdfast.engine.tenant.ErasureRequest;
import io.holdfast.engine.tenant.ErasureRun;
import io.holdfast.engine.tenant.ScopeAnswer;
import java.util.Optional;

/// Who asked to be forgotten: restores leave them out, or erase them again.
public final class Erasures {
  private final Work work;

  Erasures(Work work) {
    this.work = work;
  }

  /// Writes down a tenant, or a row of one with all that goes along. Nothing of the database
  /// changes.
  public ScopeAnswer add(ErasureRequest request) {
    return work.on(
        repository ->
            new ErasureRegister(work.context(), repository).add(work.settings(), request));
  }

  /// All that were ever written down.
  ///
  /// @param source only of this one
  public ScopeAnswer list(Optional<String> source) {
    return work.on(repository -> new ErasureRegister(work.context(), repository).list(source));
  }

  /// Takes one back; that it was there stays known.
  public ScopeAnswer withdraw(String id, String by, String reason) {
    return work.on(
        repository -> new ErasureRegister(work.context(), repository).withdraw(id, by, reason));
  }

  /// Deletes from the source's database what was written down, or shows what that would delete.
  ///
  /// @param confirmed the name of the database
  public ErasureReport apply(ErasureRun.Request request, String confirmed) {
    return work.on(
        repository ->
            new ErasureRun(work.context(), repository).run(work.settings(), request, confirmed));
  }
}
