package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes one backup and brings it into several repositories. The source is read once: the first
/// repository that takes the backup feeds the others. Each has a session of its own, compares with
/// what it has itself, and fails by itself; see `docs/adr/0017-copies-and-shared-key-spaces.md`.
public final class SpreadBackup {
  /// A repository, and how it is opened.
  public record Place(Settings settings, EngineContext context, Opening opening) {
    public Place(Settings settings, EngineContext context) {
      this(settings, context, () -> new RepositoryAccess(context).open(settings));
    }
  }

  /// Opens a repository, which is closed in the end.
  @FunctionalInterface
  public interface Opening {
    OpenRepository open();
  }

  /// Makes the backup.
  @FunctionalInterface
  public interface Making<R> {
    R backUp(OpenRepository repository, Settings settings);
  }

  /// How a backup is called by its report.
  @FunctionalInterface
  public interface Naming<R> {
    String name(R report);
  }

  /// What became of it in one repository.
  ///
  /// @param problem why it is not there, or could not come there; empty if it is or could
  public record Outcome(String repository, Optional<String> problem) {
    public boolean isThere() {
      return problem.isEmpty();
    }

    public Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("repository", repository);
      map.put("there", isThere());
      map.put("problem", problem.orElse(null));
      return map;
    }

    /// After a [SpreadBackup#rehearse].
    public Map<String, Object> toRehearsedMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("repository", repository);
      map.put("reachable", isThere());
      map.put("problem", problem.orElse(null));
      return map;
    }
  }

  /// The report of the backup, and what became of it everywhere, in the order of the places.
  public record Spread<R>(R report, List<Outcome> outcomes) {
    public Spread {
      outcomes = List.copyOf(outcomes);
    }

    public boolean isEverywhere() {
      return outcomes.stream().allMatch(Outcome::isThere);
    }

    public List<String> describe() {
      return describe("stored  ");
    }

    /// After a [SpreadBackup#rehearse].
    public List<String> describeRehearsed() {
      return describe("would store in  ");
    }

    private List<String> describe(String success) {
      List<String> lines = new ArrayList<>();
      for (Outcome outcome : outcomes) {
        lines.add(
            outcome
                .problem()
                .map(problem -> "FAILED  " + outcome.repository() + ": " + problem)
                .orElse(success + outcome.repository()));
      }
      return lines;
    }
  }

  private static final String INTERRUPTED =
      "interrupted before it had the backup; 'holdfast copy' brings it there";

  private SpreadBackup() {}

  /// Runs it.
  ///
  /// @throws BackupException if the source cannot be backed up, or no repository took the backup;
  ///   the first failure then, with the others suppressed
  public static <R> Spread<R> run(List<Place> places, Making<R> making, Naming<R> naming) {
    return atFirst(
        places,
        making,
        (repository, report, made, others, outcomes) ->
            feed(repository, naming.name(report), made, others, outcomes));
  }

  /// Finds out what [#run] would do: `making` makes no backup, but says what it would be like in
  /// the first repository that would take it. The others are opened, and nothing is stored
  /// anywhere.
  ///
  /// @throws BackupException as [#run]
  public static <R> Spread<R> rehearse(List<Place> places, Making<R> making) {
    return atFirst(places, making, (_, _, made, others, outcomes) -> reach(made, others, outcomes));
  }

  /// What is done with the other places.
  @FunctionalInterface
  private interface Spreading<R> {
    void spread(
        OpenRepository from, R report, Place made, List<Place> others, List<Outcome> outcomes);
  }

  private static <R> Spread<R> atFirst(
      List<Place> places, Making<R> making, Spreading<R> spreading) {
    List<Outcome> outcomes = new ArrayList<>();
    List<BackupException> failures = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      Place place = places.get(i);
      try (OpenRepository repository = place.opening().open()) {
        R report = making.backUp(repository, place.settings());
        outcomes.add(new Outcome(repository.address(), Optional.empty()));
        spreading.spread(repository, report, place, places.subList(i + 1, places.size()), outcomes);
        return new Spread<>(report, outcomes);
      } catch (BackupException e) {
        boolean isMade = outcomes.stream().anyMatch(Outcome::isThere);
        if (isMade || !isOfRepository(e)) {
          throw e;
        }
        failures.add(e);
        if (i + 1 < places.size()) {
          place.context().progress().note(place.settings().repository() + ": " + e.text());
        }
        outcomes.add(new Outcome(place.settings().repository(), Optional.of(e.text())));
      }
    }
    BackupException first = failures.getFirst();
    failures.stream().skip(1).forEach(first::addSuppressed);
    throw first;
  }

  /// Whether another repository may take the backup all the same.
  private static boolean isOfRepository(BackupException e) {
    return switch (e.code()) {
      case STORE_UNAVAILABLE,
          NO_SPACE,
          SESSION_KILLED,
          WRITE_OUTCOME_UNKNOWN,
          OBJECT_CORRUPT,
          OBJECT_MISSING,
          KEY_MISSING,
          KEY_MALFORMED,
          KEY_WRONG,
          REPOSITORY_MISSING,
          REPOSITORY_TOO_NEW,
          REPOSITORY_PLACE_UNUSABLE ->
          true;
      default -> false;
    };
  }

  private static void feed(
      OpenRepository from, String backup, Place made, List<Place> others, List<Outcome> outcomes) {
    CopyRequest request =
        new CopyRequest(
            List.of(backup), Optional.of(made.settings().source()), CopyRequest.Wal.ALL);
    boolean interrupted = false;
    for (Place place : others) {
      String address = place.settings().repository();
      if (interrupted) {
        outcomes.add(new Outcome(address, Optional.of(INTERRUPTED)));
        continue;
      }
      try (OpenRepository to = place.opening().open()) {
        CopyReport report = new Copy(made.context(), from, to).run(request);
        outcomes.add(new Outcome(address, problem(report)));
      } catch (BackupException e) {
        if (e.code() == ErrorCode.BUG) {
          throw e;
        }
        // What is stored is stored, and has to be reported.
        interrupted = e.code().kind() == ErrorKind.INTERRUPTED;
        String problem = interrupted ? INTERRUPTED : e.text();
        made.context().progress().note(address + ": " + problem);
        outcomes.add(new Outcome(address, Optional.of(problem)));
      }
    }
  }

  private static void reach(Place made, List<Place> others, List<Outcome> outcomes) {
    for (Place place : others) {
      made.context().cancellation().throwIfRequested();
      try (OpenRepository to = place.opening().open()) {
        outcomes.add(new Outcome(to.address(), Optional.empty()));
      } catch (BackupException e) {
        if (e.code() == ErrorCode.BUG || e.code().kind() == ErrorKind.INTERRUPTED) {
          throw e;
        }
        outcomes.add(new Outcome(place.settings().repository(), Optional.of(e.text())));
      }
    }
  }

  private static Optional<String> problem(CopyReport report) {
    return report.backups().stream()
        .map(CopyReport.Copied::problem)
        .filter(problem -> !problem.isEmpty())
        .findFirst()
        .or(() -> report.walProblems().stream().findFirst())
        .or(() -> report.problems().stream().findFirst());
  }
}
