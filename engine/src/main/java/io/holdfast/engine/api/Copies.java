package io.holdfast.engine.api;

import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.copy.Copy;
import io.holdfast.engine.copy.CopyReport;
import io.holdfast.engine.copy.CopyRequest;
import java.util.function.Function;

/// Backups that go into another repository, with their write-ahead log.
public final class Copies {
  private final Work work;

  Copies(Work work) {
    this.work = work;
  }

  /// What would be copied; writes nothing.
  public CopyReport plan(CopyRequest request, Holdfast to) {
    return between(to, copy -> copy.plan(request));
  }

  /// Copies. What is there already is not sent again; a backup that is damaged fails alone.
  public CopyReport run(CopyRequest request, Holdfast to) {
    return between(to, copy -> copy.run(request));
  }

  private CopyReport between(Holdfast to, Function<Copy, CopyReport> copying) {
    return work.on(from -> to.shared().use(target -> copying.apply(copy(from, target))));
  }

  private Copy copy(OpenRepository from, OpenRepository to) {
    return new Copy(work.context(), from, to);
  }
}
