package io.holdfast.engine.maintenance;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.PrunePlan;
import io.holdfast.repository.PruneReport;
import io.holdfast.repository.Pruning;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.StoredWal;
import io.holdfast.repository.wal.WalArchive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Removes what no backup needs, beside backups that run.
public final class Prune {
  private final EngineContext context;
  private final Repository repository;
  private final Pruning pruning;
  private final WalMerge walMerge;

  public Prune(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
    this.pruning = this.repository.pruning(new TreeReferences());
    this.walMerge = new WalMerge(context, this.repository);
  }

  /// What a run would remove now.
  public PruneOutcome plan(PruneRequest request) {
    context.progress().phase("look at what is needed", 0);
    PrunePlan plan = Failures.translate("plan prune", () -> pruning.plan(request.policy()));
    WalPrune walPrune = new WalPrune(repository, request.walWithoutBackup());
    List<WalPrune.Part> wal = Failures.translate("plan prune of WAL", walPrune::plan);
    List<StoredWal> going = wal.stream().flatMap(part -> part.objects().stream()).toList();
    List<WalMerge.Part> merges =
        Failures.translate("plan merging WAL", () -> walMerge.plan(walPrune.archives(), going));
    Map<String, Object> map = toMap(plan);
    map.put("wal", WalPruneViews.maps(wal));
    map.put("walMerges", WalPruneViews.mergeMaps(merges));
    List<String> lines = describe(plan);
    lines.addAll(WalPruneViews.describe(wal));
    lines.addAll(WalPruneViews.describeMerge(merges));
    return new PruneOutcome(map, lines, true);
  }

  /// Plans and executes.
  public PruneOutcome run(PruneRequest request) {
    WalPrune walPrune = new WalPrune(repository, request.walWithoutBackup());
    List<WalArchive> archives = Failures.translate("look at WAL", walPrune::archives);
    context.progress().phase("prune", 0);
    PruneReport report = Failures.translate("prune", () -> pruning.run(request.policy()));
    context.progress().phase("prune WAL", 0);
    WalPrune.Report wal = Failures.translate("prune WAL", () -> walPrune.run(request.policy()));
    context.progress().phase("merge WAL", 0);
    WalMerge.Report merged = Failures.translate("merge WAL", () -> walMerge.run(archives));
    Map<String, Object> map = toMap(report);
    map.putAll(WalPruneViews.map(wal));
    map.putAll(WalPruneViews.map(merged));
    List<String> lines = describe(report);
    lines.addAll(WalPruneViews.describe(wal));
    lines.addAll(WalPruneViews.describe(merged));
    return new PruneOutcome(map, lines, report.stuck().isEmpty());
  }

  private static Map<String, Object> toMap(PrunePlan plan) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backups", plan.snapshots());
    map.put("packs", plan.packs());
    map.put("storedBytes", plan.packBytes());
    map.put("neededBytes", plan.neededBytes());
    map.put("removedPacks", plan.removed().size());
    map.put("removedBytes", plan.removedBytes());
    map.put("movedBytes", plan.movedBytes());
    map.put("freedBytes", plan.freedBytes());
    map.put("heldPacks", plan.held());
    map.put("renewedBytes", plan.renewedBytes());
    map.put("olderKeysBytes", plan.olderKeysBytes());
    map.put("openSessions", plan.openSessions().size());
    return map;
  }

  private static Map<String, Object> toMap(PruneReport report) {
    Map<String, Object> map = toMap(report.plan());
    map.put("buried", report.buried());
    map.put("movedBytes", report.movedBytes());
    map.put("deletedObjects", report.deletedObjects());
    map.put("deletedBytes", report.deletedBytes());
    map.put("refusedDeletes", report.refusedDeletes());
    map.put("waitingForSessions", report.waitingFor().size());
    map.put("stuckPacks", report.stuck().stream().map(f -> f.object()).toList());
    return map;
  }

  private static List<String> describe(PrunePlan plan) {
    var lines = new ArrayList<String>();
    lines.add(
        plan.snapshots()
            + (plan.snapshots() == 1 ? " backup needs " : " backups need ")
            + new ByteSize(plan.neededBytes())
            + " of "
            + new ByteSize(plan.packBytes())
            + " in "
            + plan.packs()
            + " packs");
    lines.add(
        plan.removed().isEmpty()
            ? "nothing to remove"
            : "remove "
                + plan.removed().size()
                + " packs of "
                + new ByteSize(plan.removedBytes())
                + ", after moving "
                + new ByteSize(plan.movedBytes())
                + " out of them: frees "
                + new ByteSize(plan.freedBytes()));
    if (plan.renewedBytes() > 0) {
      lines.add(
          new ByteSize(plan.renewedBytes()) + " of these only to be sealed under the newest keys");
    }
    if (plan.olderKeysBytes() > 0) {
      lines.add(
          new ByteSize(plan.olderKeysBytes())
              + " stay sealed under older keys; prune --renew-keys SIZE writes them anew");
    }
    if (plan.held() > 0) {
      lines.add(plan.held() + " more packs are left for the next run, or for --bury-max 100");
    }
    if (!plan.openSessions().isEmpty()) {
      lines.add(
          plan.openSessions().size()
              + " backups run or were cut off: packs go when these have ended");
    }
    return lines;
  }

  private static List<String> describe(PruneReport report) {
    var lines = new ArrayList<String>(describe(report.plan()));
    if (report.buried()) {
      lines.add(
          "deleted "
              + report.deletedObjects()
              + " objects of "
              + new ByteSize(report.deletedBytes())
              + ", moved "
              + new ByteSize(report.movedBytes()));
    } else {
      lines.add(
          "chosen, not deleted yet: "
              + report.waitingFor().size()
              + " backups still run; run prune again later, or with --wait");
    }
    if (report.refusedDeletes() > 0) {
      lines.add(
          report.refusedDeletes()
              + " objects were not deleted by the store; the next run tries again. The first: "
              + report.refusal());
    }
    report
        .stuck()
        .forEach(finding -> lines.add("STUCK " + finding.object() + ": " + finding.problem()));
    return lines;
  }
}
