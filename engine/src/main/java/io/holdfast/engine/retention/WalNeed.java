package io.holdfast.engine.retention;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What WAL of a cluster is needed by the backups that a policy keeps.
///
/// @param from all WAL stays from the begin of this backup on
/// @param alone kept backups before it: of them only the WAL between their begin and their end is
///   needed, which makes them consistent
/// @param archiveBefore WAL from before this moment is due to be moved to the archive repository
public record WalNeed(
    String source,
    String cluster,
    Candidate from,
    List<Candidate> alone,
    Optional<Instant> archiveBefore) {
  public WalNeed {
    alone = List.copyOf(alone);
  }

  private record Cluster(String source, String id) {}

  /// For each cluster of which a backup is kept.
  public static List<WalNeed> of(
      RetentionPolicy policy, Collection<Verdict> verdicts, Instant now) {
    Map<Cluster, List<Candidate>> clusters =
        new TreeMap<>(Comparator.comparing(Cluster::source).thenComparing(Cluster::id));
    for (Verdict verdict : verdicts) {
      Candidate backup = verdict.backup();
      if (verdict.isKept() && !backup.line().cluster().isEmpty()) {
        Cluster cluster = new Cluster(backup.series().source(), backup.line().cluster());
        clusters.computeIfAbsent(cluster, _ -> new ArrayList<>()).add(backup);
      }
    }
    List<WalNeed> needs = new ArrayList<>();
    clusters.forEach(
        (cluster, kept) -> {
          kept.sort(Candidate.OLDEST_FIRST);
          Candidate from = from(policy.wal(), kept, now);
          needs.add(
              new WalNeed(
                  cluster.source(),
                  cluster.id(),
                  from,
                  kept.stream().filter(b -> b.startedAt().isBefore(from.startedAt())).toList(),
                  archiveBefore(policy.wal(), now)));
        });
    return needs;
  }

  /// The backup whose begin is the earliest that any kept one needs: whoever prunes everything
  /// before one position takes this.
  public Candidate earliest() {
    return alone.isEmpty() ? from : alone.getFirst();
  }

  private static Candidate from(WalRule rule, List<Candidate> oldestFirst, Instant now) {
    if (rule.keep().isZero()) {
      return oldestFirst.getFirst();
    }
    return RecoveryBases.of(
            oldestFirst.stream().filter(backup -> !backup.isDamaged()).toList(),
            now.minus(rule.keep()))
        .stream()
        .min(Candidate.OLDEST_FIRST)
        .orElse(oldestFirst.getFirst());
  }

  private static Optional<Instant> archiveBefore(WalRule rule, Instant now) {
    return rule.archiveAfter().isZero()
        ? Optional.empty()
        : Optional.of(now.minus(rule.archiveAfter()));
  }
}
