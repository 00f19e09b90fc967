package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Mends what can be mended from what is left, beside backups that run and other maintenance: a
/// damaged newest maintenance state, index objects that are damaged or missing, and packs that are
/// damaged or missing, which leave the part of the index that writers use, so that the next backup
/// stores again what it still has of them.
///
/// Nothing is deleted, and nothing is decided but by publishing the next maintenance state with
/// put-if-absent. `docs/format/repository.md`, *Repairing*, has the rules and why they are safe. A
/// run that ends early loses nothing: the next one goes on.
public final class Repairing {
  private static final int STEPS_MAX = 20;

  private final Repository repository;
  private final RepairPolicy policy;
  private final List<Long> published = new ArrayList<>();
  private long savedChunks;
  private long savedBytes;
  private long lostChunks;

  Repairing(Repository repository, RepairPolicy policy) {
    this.repository = repository;
    this.policy = policy;
  }

  /// What [#run] would mend now. Reads only.
  public RepairPlan plan() throws IOException {
    return RepairSurvey.take(repository, policy).plan();
  }

  /// Plans and executes.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if it cannot be said which backups there are, where
  ///   that must be known; `REPOSITORY_TOO_NEW` if a state is of a newer program; nothing was
  ///   published then
  public RepairReport run() throws IOException {
    RepairSurvey survey = RepairSurvey.take(repository, policy);
    RepairPlan first = survey.plan();
    for (int step = 0; step < STEPS_MAX; step++) {
      RepairPlan left = survey.plan();
      if (left.isNothing()) {
        return report(first, left, List.of());
      }
      List<SessionId> waiting = List.of();
      try {
        waiting = step(survey);
      } catch (OutdatedSurveyException _) {
        // Looked at again below.
      }
      if (!waiting.isEmpty()) {
        return report(first, RepairSurvey.take(repository, policy).plan(), waiting);
      }
      survey = RepairSurvey.take(repository, policy);
    }
    throw new BackupException(
        ErrorCode.REPOSITORY_BUSY,
        "other machines maintain this repository at the same time",
        "Nothing is lost. Run it on one machine, or again later.");
  }

  private RepairReport report(RepairPlan first, RepairPlan left, List<SessionId> waiting) {
    return new RepairReport(first, left, published, savedChunks, savedBytes, lostChunks, waiting);
  }

  /// Publishes one state, or finds that somebody else has.
  ///
  /// @return sessions that have to end first
  private List<SessionId> step(RepairSurvey survey) throws IOException {
    if (!survey.damagedStates.isEmpty()) {
      return mendState(survey);
    }
    boolean announced = survey.sessionsWithoutDelta.stream().allMatch(survey.state()::isClosing);
    boolean published = survey.sessionsWithoutDelta.isEmpty() || !announced || needsIndex(survey);
    return published ? mendIndex(survey) : seal(survey);
  }

  /// Whether anything but deltas is damaged, or their packs are in no readable index object yet.
  private static boolean needsIndex(RepairSurvey survey) {
    return !survey.withdrawn.isEmpty()
        || !survey.rebuilt.isEmpty()
        || survey.indexDamage.stream()
            .anyMatch(damage -> damage.object().startsWith(ObjectNames.BASES));
  }

  private List<SessionId> mendState(RepairSurvey found) throws IOException {
    for (long number : found.damagedStates) {
      if (repository.maintenance().isSigned(number)) {
        throw new BackupException(
            ErrorCode.REPOSITORY_TOO_NEW,
            ObjectNames.maintenance(number)
                + " was written by a newer program, or under keys that are missing",
            "Run repair with that version of Holdfast, or put what is missing of keys/domain/ back.");
      }
    }
    List<SessionId> waiting = grace(found.state());
    if (!waiting.isEmpty()) {
      return waiting;
    }
    // Read again: what ended meanwhile may have committed.
    RepairSurvey survey = RepairSurvey.take(repository, policy);
    if (survey.damagedStates.isEmpty()) {
      return List.of();
    }
    requireBackupsKnown(survey);
    long number = repository.maintenance().firstFreeAfter(survey.state().number());
    MaintenanceState next = new MendedState(repository, survey, policy).next(number);
    note(
        repository
            .maintenance()
            .supersede(repository.puts(), survey.state(), survey.damagedStates, number, next));
    return List.of();
  }

  /// Index and packs, by one state; announces the floor under which damaged deltas will be sealed.
  private List<SessionId> mendIndex(RepairSurvey found) throws IOException {
    RepairSurvey survey = found;
    MaintenanceState state = survey.state();
    Optional<SessionId> closing = state.closingBelow();
    if (!survey.sessionsWithoutDelta.isEmpty()) {
      SessionId above = survey.sessionsWithoutDelta.last().next();
      if (closing.isEmpty() || closing.get().compareTo(above) < 0) {
        List<SessionId> below = openBelow(survey, above);
        if (!below.isEmpty()) {
          List<SessionId> waiting = grace(state);
          waiting = waiting.stream().filter(id -> id.compareTo(above) < 0).toList();
          return waiting;
        }
        closing = Optional.of(above);
      }
    }
    try (PackSaving saving = new PackSaving(repository, survey, closing)) {
      List<String> bases = new IndexRewrite(repository, survey).whole(saving.run());
      MaintenanceState next =
          new MaintenanceState(
              state.number(),
              survey.condemnedAfter(),
              state.buried(),
              bases,
              closing,
              state.sealedBelow(),
              state.kept(),
              state.walFloors());
      if (note(repository.maintenance().publish(repository.puts(), state, next))) {
        savedChunks += saving.savedChunks();
        savedBytes += saving.savedBytes();
        lostChunks += saving.lostChunks();
      }
    }
    return List.of();
  }

  private static List<SessionId> openBelow(RepairSurvey survey, SessionId floor) {
    return survey.sessions.open().stream()
        .map(SessionTable.Standing::id)
        .filter(id -> id.compareTo(floor) < 0)
        .toList();
  }

  /// Raises the sealed floor to the announced one: base shards have what lies below then, and the
  /// damaged deltas count no more.
  private List<SessionId> seal(RepairSurvey found) throws IOException {
    List<SessionId> waiting = grace(found.state());
    if (!waiting.isEmpty()) {
      return waiting;
    }
    RepairSurvey survey = RepairSurvey.take(repository, policy);
    MaintenanceState state = survey.state();
    if (state.number() != found.state().number()
        || !survey.damagedStates.isEmpty()
        || !survey.withdrawn.isEmpty()) {
      return List.of();
    }
    requireBackupsKnown(survey);
    SessionId floor = state.closingBelow().orElseThrow();
    MaintenanceState next =
        new MaintenanceState(
            state.number(),
            survey.condemnedAfter(),
            state.buried(),
            new IndexRewrite(repository, survey).below(floor),
            state.closingBelow(),
            state.closingBelow(),
            survey.keptBelow(floor),
            state.walFloors());
    note(repository.maintenance().publish(repository.puts(), state, next));
    return List.of();
  }

  /// Whoever registered before the newest state could be read must end.
  private List<SessionId> grace(MaintenanceState state) throws IOException {
    return new Grace(repository, policy.grace()).await(state);
  }

  private static void requireBackupsKnown(RepairSurvey survey) {
    if (!survey.listing.damaged().isEmpty()) {
      CorruptRepositoryException damage = survey.listing.damaged().getFirst();
      throw new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          "nothing is published, because it cannot be said which backups there are: "
              + damage.text(),
          "Put that object back from a copy of the repository, and run repair again.",
          damage);
    }
  }

  private boolean note(Optional<MaintenanceState> state) {
    state.ifPresent(it -> published.add(it.number()));
    return state.isPresent();
  }
}
