package io.holdfast.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The state that takes the place of damaged ones. It is made so that it is safe whatever they
/// said: `docs/format/repository.md`, *Repairing*.
///
/// One damaged state, right after the newest that can be read, can have given free only what that
/// one condemned, and can have sealed only below what that one announced. Of several nothing is
/// known, so writers may use nothing of what is stored, and all sessions are sealed.
final class MendedState {
  private final Repository repository;
  private final RepairSurvey survey;
  private final RepairPolicy policy;

  MendedState(Repository repository, RepairSurvey survey, RepairPolicy policy) {
    this.repository = repository;
    this.survey = survey;
    this.policy = policy;
  }

  /// Its index is durable; nothing is published. The number is that of the state it follows.
  ///
  /// @param number under which it shall be published
  MaintenanceState next(long number) throws IOException {
    MaintenanceState state = survey.state();
    boolean one = survey.damagedStates.equals(List.of(state.number() + 1));
    Optional<SessionId> floor = one ? state.closingBelow() : survey.aboveAllSessions();
    Set<PackId> condemned = new HashSet<>(state.condemned());
    if (!one) {
      condemned.addAll(survey.stored.keySet());
    } else if (!survey.historyKnown) {
      survey.rebuilt.forEach(section -> condemned.add(section.pack));
    }
    condemned.removeAll(state.buried());
    if (condemned.size() > MaintenanceState.PACKS_MAX) {
      throw CorruptRepositoryException.damaged(
          "several maintenance states are damaged, and the repository has more than "
              + MaintenanceState.PACKS_MAX
              + " packs");
    }
    return new MaintenanceState(
        state.number(),
        condemned,
        state.buried(),
        new IndexRewrite(repository, survey).anew(number, floor),
        floor,
        floor,
        floor.map(survey::keptBelow).orElse(Set.of()),
        walFloors(state.walFloors()));
  }

  private List<WalFloor> walFloors(List<WalFloor> known) {
    Map<String, WalFloor> highest = new HashMap<>();
    List<WalFloor> all = new ArrayList<>(known);
    all.addAll(policy.walFloors());
    for (WalFloor floor : all) {
      highest.merge(
          floor.lineage() + "/" + floor.timeline(), floor, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }
    return List.copyOf(highest.values());
  }
}
