package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.ChunkIndex.PackSummary;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Removes what no snapshot needs, beside backups that run, on any number of machines at once:
/// packs are *condemned* by a published state, then every session ends that may rely on them
/// (*grace*), then what is still needed is moved and they are *buried* by the next state. Only then
/// are they deleted. No clock and no lease is relied on; `docs/format/repository.md` has the rules,
/// and `models/` their proof.
///
/// A run that ends early loses nothing: the next one goes on where the published state says.
public final class Pruning {
  private static final int TRIES_MAX = 10;

  private final Repository repository;
  private final SnapshotReferences references;

  Pruning(Repository repository, SnapshotReferences references) {
    this.repository = repository;
    this.references = references;
  }

  /// What [#run] would remove now, with the sessions ended that it would end as dead. Reads only.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if it cannot be said what is needed
  public PrunePlan plan(PrunePolicy policy) throws IOException {
    Census census = Census.take(repository, references);
    Grace grace = new Grace(repository, policy);
    return plan(census.with(census.sessions().withEnded(grace::isSilent)), policy);
  }

  private PrunePlan plan(Census census, PrunePolicy policy) throws IOException {
    Map<DomainId, Integer> newestKeys = new HashMap<>();
    for (PackSummary pack : census.index().packs()) {
      if (!newestKeys.containsKey(pack.domain())) {
        newestKeys.put(pack.domain(), newestVersion(pack.domain()));
      }
    }
    return Choice.plan(census, policy, newestKeys);
  }

  /// 0 if there are none, or what lies there is none: nothing is renewed then, and what is needed
  /// was found out before.
  private int newestVersion(DomainId id) throws IOException {
    try {
      return repository.domains().find(id).map(domain -> domain.current().version).orElse(0);
    } catch (CorruptRepositoryException e) {
      return 0;
    }
  }

  /// Ends dead sessions, plans and executes. Where another maintainer publishes a state in between,
  /// all begins anew from that one.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` as for [#plan]; nothing was removed
  public PruneReport run(PrunePolicy policy) throws IOException {
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      Census census = Census.take(repository, references);
      if (new Grace(repository, policy).endSilent(census.sessions())) {
        // What dead sessions left shows as unused only now.
        census = Census.take(repository, references);
      }
      PrunePlan plan = plan(census, policy);
      Optional<MaintenanceState> condemned = condemn(census, plan, policy);
      if (condemned.isPresent()) {
        Optional<PruneReport> report = goOn(plan, condemned.get(), policy);
        if (report.isPresent()) {
          return report.get();
        }
      }
    }
    throw new BackupException(
        ErrorCode.REPOSITORY_BUSY,
        "other machines prune this repository at the same time",
        "Nothing is lost. Run it on one machine, or again later.");
  }

  /// G2. The state that holds afterwards; empty if somebody else was faster.
  private Optional<MaintenanceState> condemn(Census census, PrunePlan plan, PrunePolicy policy)
      throws IOException {
    MaintenanceState state = census.state();
    Optional<SessionId> closing = closing(census, policy);
    Set<PackId> condemned = new HashSet<>(plan.removed());
    if (condemned.equals(state.condemned()) && closing.equals(state.closingBelow())) {
      return Optional.of(state);
    }
    MaintenanceState next =
        new MaintenanceState(
            state.number(),
            condemned,
            state.buried(),
            state.bases(),
            closing,
            state.sealedBelow(),
            state.kept(),
            state.walFloors());
    return repository.maintenance().publish(repository.puts(), state, next);
  }

  /// Old sessions may not begin any more; not above one that is open, which would be waited for.
  private Optional<SessionId> closing(Census census, PrunePolicy policy) {
    SessionId old =
        SessionId.floor(repository.options().clock().instant().minus(policy.sealAfter()));
    SessionId floor =
        census.sessions().open().stream()
            .map(SessionTable.Standing::id)
            .filter(id -> id.compareTo(old) < 0)
            .min(SessionId::compareTo)
            .orElse(old);
    Optional<SessionId> announced = census.state().closingBelow();
    return announced.isPresent() && announced.get().compareTo(floor) >= 0
        ? announced
        : Optional.of(floor);
  }

  /// G3 to G6; empty if somebody else has published a state meanwhile.
  private Optional<PruneReport> goOn(PrunePlan plan, MaintenanceState state, PrunePolicy policy)
      throws IOException {
    if (isDone(state)) {
      return Optional.of(report(plan, state, true, 0, List.of(), List.of()));
    }
    List<SessionId> waiting = new Grace(repository, policy).await(state);
    if (!waiting.isEmpty()) {
      return Optional.of(report(plan, state, false, 0, waiting, List.of()));
    }
    Census census = Census.take(repository, references);
    if (census.state().number() != state.number()) {
      return Optional.empty();
    }
    Burial burial = new Burial(repository, census);
    Optional<MaintenanceState> buried = burial.run();
    writeDown(burial.stuck());
    return buried.isEmpty()
        ? Optional.empty()
        : Optional.of(
            report(plan, buried.get(), true, burial.movedBytes(), List.of(), burial.stuck()));
  }

  /// So that `check` tells of them: nobody else reads packs that are taken out of use.
  private void writeDown(List<Finding> stuck) throws IOException {
    List<PackId> packs =
        stuck.stream().flatMap(found -> Verification.packOf(found.object()).stream()).toList();
    if (packs.isEmpty()) {
      return;
    }
    Proofs proofs = repository.proofs();
    if (!packs.stream().allMatch(proofs::isDamaged)) {
      Proofs.Outcome _ = proofs.record(List.of(), packs, 0);
    }
  }

  private static boolean isDone(MaintenanceState state) {
    return state.condemned().isEmpty() && state.closingBelow().equals(state.sealedBelow());
  }

  private PruneReport report(
      PrunePlan plan,
      MaintenanceState state,
      boolean buried,
      long movedBytes,
      List<SessionId> waiting,
      List<Finding> stuck)
      throws IOException {
    Sweep sweep = new Sweep(repository.store(), state);
    sweep.run();
    return new PruneReport(
        plan,
        buried,
        movedBytes,
        sweep.deletions().objects(),
        sweep.deletions().bytes(),
        sweep.deletions().refused(),
        sweep.deletions().refusal(),
        waiting,
        stuck);
  }
}
