package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.PackSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which packs a prune would remove, by the census and the policy: G1 of the protocol. Nothing is
/// chosen that a session which has not ended has written.
final class Choice {
  private final Census census;
  private final PrunePolicy policy;
  private final PackUsage usage;
  private final Map<DomainId, Integer> newestKeys;
  private final Set<PackId> chosen = new LinkedHashSet<>();
  private long held;
  private long renewedBytes;

  private Choice(Census census, PrunePolicy policy, Map<DomainId, Integer> newestKeys) {
    this.census = census;
    this.newestKeys = newestKeys;
    this.policy = policy;
    this.usage = census.usage();
  }

  /// @param newestKeys the newest version of each domain's keys
  static PrunePlan plan(Census census, PrunePolicy policy, Map<DomainId, Integer> newestKeys) {
    Choice choice = new Choice(census, policy, newestKeys);
    choice.choose();
    return choice.describe();
  }

  /// A pack that may go.
  ///
  /// @param number in the index, -1 if no index object names it
  private record Candidate(PackId id, int number, long bytes, long unused, boolean dead) {}

  private void choose() {
    List<Candidate> candidates = new ArrayList<>();
    long unused = 0;
    List<PackSummary> packs = census.index().packs();
    for (int i = 0; i < packs.size(); i++) {
      PackId id = packs.get(i).id();
      if (census.state().condemned().contains(id)) {
        continue;
      }
      long left = usage.storedBytes(i) - usage.neededBytes(i);
      unused += left;
      if (left > 0 && hasEnded(id)) {
        candidates.add(new Candidate(id, i, packs.get(i).bytes(), left, usage.neededBytes(i) == 0));
      }
    }
    census
        .stored()
        .forEach(
            (id, bytes) -> {
              if (isUnnamed(id) && hasEnded(id)) {
                candidates.add(new Candidate(id, -1, bytes, bytes, true));
              }
            });
    take(candidates, unused);
    renew();
  }

  /// The oldest keys first. Not as long as something waits for backups to end, or would have to:
  /// these store again what is condemned, and what one run may renew would pile up.
  private void renew() {
    boolean waits = !census.sessions().open().isEmpty() && policy.patience().isZero();
    if (policy.renewBytesMax() == 0 || waits || !census.state().condemned().isEmpty()) {
      return;
    }
    List<PackSummary> older =
        census.index().packs().stream()
            .filter(this::isOlder)
            .filter(pack -> !chosen.contains(pack.id()) && hasEnded(pack.id()))
            .sorted(
                Comparator.comparingInt(PackSummary::keyVersion)
                    .thenComparing(pack -> pack.id().toString()))
            .toList();
    long most = most();
    for (PackSummary pack : older) {
      boolean fits = renewedBytes == 0 || renewedBytes + pack.bytes() <= policy.renewBytesMax();
      if (!fits || chosen.size() >= most) {
        break;
      }
      chosen.add(pack.id());
      renewedBytes += pack.bytes();
    }
  }

  private boolean isOlder(PackSummary pack) {
    return pack.keyVersion() < newestKeys.getOrDefault(pack.domain(), 0);
  }

  private boolean isUnnamed(PackId id) {
    return !census.named().contains(id)
        && !census.state().condemned().contains(id)
        && !census.state().buried().contains(id);
  }

  private boolean hasEnded(PackId id) {
    return census.sessions().isEnded(id.session()) || census.state().isSealed(id.session());
  }

  /// The dead first, then those of which the smallest part is needed, until little enough is left.
  private void take(List<Candidate> candidates, long unusedBytes) {
    candidates.sort(
        Comparator.comparing(Candidate::dead, Comparator.reverseOrder())
            .thenComparing(
                candidate -> (double) candidate.unused / candidate.bytes, Comparator.reverseOrder())
            .thenComparing(candidate -> candidate.id().toString()));
    long total = census.stored().values().stream().mapToLong(Long::longValue).sum();
    double tolerated = policy.unusedMax() * total;
    long left = unusedBytes;
    long most = most();
    for (Candidate candidate : candidates) {
      if (!candidate.dead && left <= tolerated) {
        break;
      }
      if (chosen.size() >= most) {
        held++;
        continue;
      }
      chosen.add(candidate.id);
      left -= candidate.number < 0 ? 0 : candidate.unused;
    }
  }

  private long most() {
    long room =
        MaintenanceState.PACKS_MAX
            - (long) census.state().condemned().size()
            - census.state().buried().size();
    long part = (long) Math.ceil(policy.buryMax() * census.stored().size());
    return Math.clamp(part, 0, Math.max(0, room));
  }

  private PrunePlan describe() {
    List<PackId> removed = new ArrayList<>(chosen);
    removed.addAll(census.state().condemned());
    var gone = new java.util.HashSet<>(removed);
    PackUsage after =
        PackUsage.of(census.marks(), pack -> gone.contains(census.index().packs().get(pack).id()));
    long needed = 0;
    long moved = 0;
    long olderKeys = 0;
    for (int i = 0; i < census.index().packs().size(); i++) {
      PackSummary pack = census.index().packs().get(i);
      needed += usage.neededBytes(i);
      if (gone.contains(pack.id())) {
        moved += after.neededBytes(i);
      }
      if (isOlder(pack) && !chosen.contains(pack.id())) {
        olderKeys += pack.bytes();
      }
    }
    long removedBytes =
        removed.stream().mapToLong(id -> census.stored().getOrDefault(id, 0L)).sum();
    return new PrunePlan(
        census.state().number(),
        census.snapshots().size(),
        census.stored().size(),
        census.stored().values().stream().mapToLong(Long::longValue).sum(),
        needed,
        removed,
        removedBytes,
        moved,
        census.sessions().open().stream().map(SessionTable.Standing::id).toList(),
        held,
        renewedBytes,
        olderKeys);
  }
}
