package io.holdfast.engine.verify;

import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.verify.Affected.Loss;
import io.holdfast.engine.verify.CheckReport.Damage;
import io.holdfast.repository.Finding;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Proofs;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Structure without data: every small object can be opened, every reference of every backup leads
/// to a pack that is there with its length, the WAL that backups need is there by name. Reads
/// lists, not what is backed up. *Confined.*
public final class Check {
  private static final int DAMAGE_MAX = 1_000;

  /// How often it looks where others change what it looks at.
  private static final int ATTEMPTS_MAX = 5;

  private final EngineContext context;
  private final OpenRepository opened;
  private final Repository repository;
  private final List<Damage> damage = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private long furtherDamage;
  private long orphanPacks;

  public Check(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.opened = repository;
    this.repository = repository.repository();
  }

  public CheckReport run() {
    return Failures.translate("check", this::runUntilNothingMoves);
  }

  /// What somebody forgot and pruned, or shredded, while we looked would be told as damage: then it
  /// is looked at again.
  private CheckReport runUntilNothingMoves() throws IOException {
    for (int attempt = 1; ; attempt++) {
      Verification.Moment before = repository.verification().moment();
      CheckReport report = check();
      if (report.isClean()
          || attempt == ATTEMPTS_MAX
          || repository.verification().moment().equals(before)) {
        return report;
      }
      damage.clear();
      remarks.clear();
      furtherDamage = 0;
      orphanPacks = 0;
    }
  }

  private CheckReport check() throws IOException {
    context.progress().phase("look at objects", 0);
    Verification verification = repository.verification();
    List<Finding> found = verification.check();
    Proofs proofs = repository.proofs();
    List<StoredSnapshot> backups = BackupCatalog.of(repository).all();
    context.progress().phase("look at references", 0);
    // What a verification has found damaged counts as long as nothing says otherwise.
    List<Loss> losses =
        new Affected(repository, verification.findability(proofs.damaged())).of(backups);
    Set<PackId> told = tellObjects(found, losses);
    tellKnownDamage(proofs, verification, losses, told);
    for (Loss loss : losses) {
      if (!told.containsAll(loss.packs()) || loss.packs().isEmpty()) {
        add(new Damage(loss.backup(), loss.text(), List.of(), Hints.LOST_CHUNKS));
      }
    }
    for (Finding finding : proofs.findings()) {
      remarks.add(finding.object() + ": " + finding.problem());
    }
    checkWal(backups);
    return new CheckReport(
        backups.stream().map(backup -> backup.record().name()).toList(),
        damage,
        furtherDamage,
        remarks,
        verification.indexedPacks().size(),
        orphanPacks,
        opened.requests());
  }

  /// @return the packs that have been told of
  private Set<PackId> tellObjects(List<Finding> found, List<Loss> losses) {
    Set<PackId> told = new HashSet<>();
    for (Finding finding : found) {
      switch (finding.kind()) {
        case DAMAGED, MISSING -> {
          Verification.packOf(finding.object()).ifPresent(told::add);
          add(
              new Damage(
                  finding.object(),
                  finding.problem(),
                  affected(finding.object(), losses),
                  Hints.of(finding.object())));
        }
        case STRAY, RETIRED -> remarks.add(finding.object() + ": " + finding.problem());
        case UNREFERENCED -> orphanPacks++;
      }
    }
    return told;
  }

  private void tellKnownDamage(
      Proofs proofs, Verification verification, List<Loss> losses, Set<PackId> told)
      throws IOException {
    Set<PackId> inUse = new HashSet<>(verification.packs());
    for (PackId pack : proofs.damaged()) {
      List<String> affected = affected(pack.toString(), losses);
      if ((inUse.contains(pack) || !affected.isEmpty()) && told.add(pack)) {
        add(
            new Damage(
                pack.toString(),
                "it was not what was written when it was last read",
                affected,
                inUse.contains(pack) ? Hints.of(pack.toString()) : Hints.LOST_CHUNKS));
      }
    }
  }

  private static List<String> affected(String object, List<Loss> losses) {
    return losses.stream()
        .filter(loss -> loss.packs().stream().anyMatch(pack -> pack.toString().equals(object)))
        .map(loss -> loss.backup() + ": " + loss.text())
        .toList();
  }

  private void checkWal(List<StoredSnapshot> backups) throws IOException {
    for (StoredSnapshot backup : backups) {
      context.cancellation().throwIfRequested();
      if (backup.record().kind().equals(PhysicalBackup.KIND)) {
        for (String problem : NeededWal.of(repository, backup).missing()) {
          add(new Damage(backup.record().name(), problem, List.of(), Hints.WAL));
        }
      }
    }
  }

  private void add(Damage found) {
    if (damage.size() < DAMAGE_MAX) {
      damage.add(found);
    } else {
      furtherDamage++;
    }
  }
}
