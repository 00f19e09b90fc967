package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where WAL begins to be safe from deletion, for writers and maintenance to agree on without a
/// lock: a floor is announced in a maintenance state, a session that begins later reads it and does
/// not commit what needs WAL below it ([BackupSession#requireWal]), and one that began before has
/// to end before anything is deleted. Floors only rise.
public final class WalFloors {
  private static final int TRIES_MAX = 10;

  private final Repository repository;

  WalFloors(Repository repository) {
    this.repository = repository;
  }

  /// What the newest state announces.
  ///
  /// @throws CorruptRepositoryException if it cannot be read
  public List<WalFloor> announced() throws IOException {
    return repository.maintenance().newest().require().walFloors();
  }

  /// Announces floors, and waits for the sessions that may not know of them, as long as the policy
  /// says. What those commit counts: look at the snapshots again afterwards.
  ///
  /// @return sessions that have not ended; nothing may be deleted unless this is empty
  public List<SessionId> announce(List<WalFloor> floors, PrunePolicy policy) throws IOException {
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      MaintenanceState state = repository.maintenance().newest().require();
      List<WalFloor> raised = raise(state.walFloors(), floors);
      Optional<MaintenanceState> published =
          raised.equals(state.walFloors())
              ? Optional.of(state)
              : repository
                  .maintenance()
                  .publish(repository.puts(), state, state.withWalFloors(raised));
      if (published.isPresent()) {
        return new Grace(repository, policy).await(published.get());
      }
    }
    throw new BackupException(
        ErrorCode.REPOSITORY_BUSY,
        "other machines prune this repository at the same time",
        "Nothing is lost. Run it on one machine, or again later.");
  }

  private static List<WalFloor> raise(List<WalFloor> before, List<WalFloor> more) {
    Map<String, WalFloor> highest = new TreeMap<>();
    List<WalFloor> all = new ArrayList<>(before);
    all.addAll(more);
    for (WalFloor floor : all) {
      highest.merge(
          floor.lineage() + "/" + floor.timeline(),
          floor,
          (one, other) -> one.compareTo(other) >= 0 ? one : other);
    }
    if (highest.size() > MaintenanceState.FLOORS_MAX) {
      throw new BackupException(
          ErrorCode.REPOSITORY_BUSY,
          "the repository has WAL of more than " + MaintenanceState.FLOORS_MAX + " timelines",
          "WAL of so many is not pruned; use several repositories.");
    }
    return highest.values().stream().sorted().toList();
  }
}
