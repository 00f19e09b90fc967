package io.holdfast.engine.verify;

import io.holdfast.base.ByteSize;
import io.holdfast.base.Progress;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.Finding;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Proofs;
import io.holdfast.repository.Repository;
import io.holdfast.repository.Verification;
import io.holdfast.repository.Verification.IndexedPack;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Reads packs back, those first whose proof is the oldest, until a number of bytes is used up, and
/// writes down in the repository what was proved. Every chunk is opened and its id computed again.
/// *Confined.*
public final class BudgetVerify {
  private final EngineContext context;
  private final Repository repository;
  private final List<PackId> proved = new ArrayList<>();
  private final List<PackId> damaged = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private long bytesRead;

  public BudgetVerify(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// How much may be read.
  public enum Per {
    /// By this run.
    RUN,
    /// Since midnight UTC, by all runs that wrote down what they read.
    DAY
  }

  /// Reads at least one pack if anything may be read at all.
  ///
  /// @param days for the share that is reported
  public BudgetReport run(ByteSize budget, Per per, long days) {
    return Failures.translate("verify", () -> read(budget, per, days));
  }

  private BudgetReport read(ByteSize budget, Per per, long days) throws IOException {
    Verification verification = repository.verification();
    Proofs proofs = repository.proofs();
    Instant now = context.clock().instant();
    long used =
        switch (per) {
          case RUN -> 0;
          case DAY -> proofs.bytesReadSince(now.truncatedTo(ChronoUnit.DAYS));
        };
    long left = Math.max(0, budget.bytes() - used);
    List<IndexedPack> packs =
        verification.indexedPacks().stream()
            .filter(pack -> !pack.isWithdrawn())
            .sorted(
                Comparator.comparing(
                        (IndexedPack pack) -> proofs.provedAt(pack.id()).orElse(Instant.EPOCH))
                    .thenComparing(IndexedPack::writtenAt)
                    .thenComparing(pack -> pack.id().toString()))
            .toList();
    context.progress().phase("read packs back", left);
    Proofs.Outcome outcome = new Proofs.Outcome(true, "");
    try {
      for (IndexedPack pack : packs) {
        context.cancellation().throwIfRequested();
        if (left == 0 || (bytesRead > 0 && bytesRead + pack.bytes() > left)) {
          break;
        }
        read(verification, pack);
      }
    } finally {
      // What was proved until then holds, whatever ended the run.
      if (!proved.isEmpty() || !damaged.isEmpty()) {
        outcome = proofs.record(proved, damaged, bytesRead);
      }
    }
    return new BudgetReport(
        proved.size(),
        bytesRead,
        used,
        findings,
        outcome.isWritten() ? "" : outcome.problem(),
        ProofCoverage.of(verification.indexedPacks(), repository.proofs(), now, days));
  }

  private void read(Verification verification, IndexedPack pack) throws IOException {
    List<Finding> found = verification.verifyPacks(List.of(pack.id()), Progress.NONE);
    bytesRead += pack.bytes();
    context.progress().advance(pack.bytes());
    if (found.isEmpty()) {
      proved.add(pack.id());
    } else if (found.stream().anyMatch(finding -> finding.kind().isDamage())) {
      damaged.add(pack.id());
      findings.addAll(found);
    }
  }
}
