package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.verify.Affected;
import io.holdfast.engine.verify.NeededWal;
import io.holdfast.repository.Finding;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Proofs;
import io.holdfast.repository.RepairPlan;
import io.holdfast.repository.RepairPolicy;
import io.holdfast.repository.RepairReport;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Mends a damaged repository as far as what is left allows, and names what it does not: which
/// backups and files are hit. Deletes nothing. *Confined.*
public final class Repair {
  private final EngineContext context;
  private final Repository repository;

  /// What is read to find damage.
  public enum Read {
    /// Packs that a verification has found damaged.
    KNOWN,
    /// Every pack, and the WAL that backups need.
    ALL
  }

  /// @param silence after which a backup that has not ended is ended, where that is needed
  /// @param patience how long to wait for backups that run
  public record Request(Read read, Duration silence, Duration patience) {
    public Request {
      if (silence.isNegative() || patience.isNegative()) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT, "a time is negative", "Give 0 or more minutes or hours.");
      }
    }
  }

  /// Packs that were read and are what was written.
  private final Set<PackId> sound = new LinkedHashSet<>();

  /// Packs that are damaged though nobody had written that down.
  private final Set<PackId> newlyDamaged = new LinkedHashSet<>();

  private long bytesRead;

  public Repair(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// What a run would mend now.
  public RepairOutcome plan(Request request) {
    return Failures.translate(
        "plan repair",
        () -> {
          RepairPolicy policy = policy(request);
          RepairPlan plan = repository.repairing(policy).plan();
          List<Affected.Loss> losses = losses(policy.damagedPacks(), plan);
          return RepairOutcome.planned(plan, losses, unmended(plan, request.read()));
        });
  }

  /// Plans and executes.
  public RepairOutcome run(Request request) {
    return Failures.translate(
        "repair",
        () -> {
          RepairPolicy policy = policy(request);
          context.progress().phase("repair", 0);
          RepairReport report = repository.repairing(policy).run();
          recordProofs();
          List<Affected.Loss> losses = losses(policy.damagedPacks(), report.plan());
          return RepairOutcome.done(report, losses, unmended(report.plan(), request.read()));
        });
  }

  /// Whoever checks next shall know what was read here, and nobody else need read it again.
  private void recordProofs() throws IOException {
    if (!sound.isEmpty() || !newlyDamaged.isEmpty()) {
      Proofs.Outcome _ = repository.proofs().record(sound, newlyDamaged, bytesRead);
    }
  }

  private RepairPolicy policy(Request request) throws IOException {
    List<StoredSnapshot> backups = BackupCatalog.of(repository).all();
    return new RepairPolicy(
        damagedPacks(request.read()),
        WalPrune.highest(repository, backups),
        request.silence(),
        request.patience());
  }

  /// Read again, whoever said so: a disk or a network that lied for a moment is no reason.
  private Set<PackId> damagedPacks(Read read) throws IOException {
    Verification verification = repository.verification();
    Proofs proofs = repository.proofs();
    Set<PackId> suspects = new LinkedHashSet<>(proofs.damaged());
    if (read == Read.ALL) {
      suspects.addAll(verification.storedPacksInUse());
    }
    context.progress().phase("read packs", 0);
    Set<PackId> damaged = new LinkedHashSet<>();
    for (PackId pack : suspects) {
      context.cancellation().throwIfRequested();
      bytesRead += verification.packBytes(pack);
      List<Finding> found = verification.verifyPacks(List.of(pack), context.progress());
      if (found.isEmpty()) {
        sound.add(pack);
      } else if (found.stream().anyMatch(finding -> finding.kind().isDamage())) {
        damaged.add(pack);
        if (!proofs.isDamaged(pack)) {
          newlyDamaged.add(pack);
        }
      }
    }
    return damaged;
  }

  private List<Affected.Loss> losses(Set<PackId> damaged, RepairPlan plan) throws IOException {
    context.progress().phase("look who is hit", 0);
    Set<PackId> all = new HashSet<>(damaged);
    for (Finding finding : plan.withdrawn()) {
      Verification.packOf(finding.object()).ifPresent(all::add);
    }
    return new Affected(repository, repository.verification().findabilityByReading(all))
        .of(BackupCatalog.of(repository).all());
  }

  /// Damage of which no other part of the repository knows what it was.
  private List<Finding> unmended(RepairPlan plan, Read read) throws IOException {
    Set<String> mended = new HashSet<>();
    for (List<Finding> part : List.of(plan.states(), plan.index(), plan.withdrawn(), plan.held())) {
      part.forEach(finding -> mended.add(finding.object()));
    }
    Set<String> problems = new HashSet<>();
    plan.states().forEach(finding -> problems.add(finding.problem()));
    plan.index().forEach(finding -> problems.add(finding.problem()));
    List<Finding> left = new ArrayList<>();
    for (Finding finding : repository.verification().check()) {
      boolean taken = mended.contains(finding.object()) || problems.contains(finding.problem());
      boolean counted =
          finding.kind() == Finding.Kind.MISSING && finding.problem().contains("is in no pack");
      if (finding.kind().isDamage() && !taken && !counted) {
        left.add(finding);
      }
    }
    left.addAll(plan.unreadable());
    left.addAll(lostWal(read));
    return left;
  }

  private List<Finding> lostWal(Read read) throws IOException {
    List<Finding> lost = new ArrayList<>();
    for (StoredSnapshot backup : BackupCatalog.of(repository).all()) {
      if (backup.record().kind().equals(PhysicalBackup.KIND)) {
        NeededWal needed = NeededWal.of(repository, backup);
        List<String> problems = new ArrayList<>(needed.missing());
        problems.addAll(
            switch (read) {
              case KNOWN -> List.of();
              case ALL -> needed.damaged();
            });
        for (String problem : problems) {
          lost.add(new Finding(Finding.Kind.MISSING, backup.record().name(), problem));
        }
      }
    }
    return lost;
  }
}
