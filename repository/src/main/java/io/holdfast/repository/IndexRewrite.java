package io.holdfast.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Writes base shards for what index objects that cannot be read used to say, from the tables of
/// the packs. *Confined.*
final class IndexRewrite {
  private final Repository repository;
  private final RepairSurvey survey;
  private final Set<PackId> done = new HashSet<>();
  private final List<String> bases = new ArrayList<>();

  IndexRewrite(Repository repository, RepairSurvey survey) {
    this.repository = repository;
    this.survey = survey;
  }

  /// The shards that can be read, and new ones for what no readable object names.
  ///
  /// @param more sections of packs that were written just now
  List<String> whole(List<PackSection> more) throws IOException {
    // Deltas of sessions below the floor count for readers and may go at any time.
    return write(survey.state().number() + 1, true, id -> survey.state().isBelowFloor(id), more);
  }

  /// The same, with the deltas of sessions below `floor` absorbed.
  List<String> below(SessionId floor) throws IOException {
    return write(survey.state().number() + 1, true, id -> id.compareTo(floor) < 0, List.of());
  }

  /// All anew: whoever published a state that nobody can read may be deleting shards which the one
  /// before it names.
  ///
  /// @param number above that of every damaged state
  List<String> anew(long number, Optional<SessionId> floor) throws IOException {
    return write(
        number, false, id -> floor.filter(below -> id.compareTo(below) < 0).isPresent(), List.of());
  }

  private List<String> write(
      long number, boolean keepsShards, Predicate<SessionId> absorbed, List<PackSection> more)
      throws IOException {
    ShardWriter shards = new ShardWriter(repository, number);
    Set<String> visited = new HashSet<>();
    List<Finding> damage =
        repository
            .loader()
            .forEachReadable(
                survey.state(),
                (object, sections) -> {
                  visited.add(object.key().value());
                  boolean base = object.key().value().startsWith(ObjectNames.BASES);
                  if (base && keepsShards) {
                    bases.add(object.key().value().substring(ObjectNames.BASES.length()));
                    sections.forEach(section -> done.add(section.pack));
                  } else if (base
                      || ObjectNames.parseDelta(object.key())
                          .filter(delta -> absorbed.test(delta.session()))
                          .isPresent()) {
                    add(sections, shards);
                  }
                });
    requireNoMore(damage);
    if (!visited.containsAll(survey.readable)) {
      throw new OutdatedSurveyException();
    }
    add(survey.rebuilt, shards);
    add(more, shards);
    bases.addAll(shards.finish());
    return bases;
  }

  /// What was readable before and is not now has no table in the survey.
  private void requireNoMore(List<Finding> damage) throws OutdatedSurveyException {
    for (Finding finding : damage) {
      if (survey.readable.contains(finding.object())) {
        throw new OutdatedSurveyException();
      }
    }
  }

  private void add(List<PackSection> sections, ShardWriter shards) throws IOException {
    for (PackSection section : sections) {
      if (!survey.state().buried().contains(section.pack) && done.add(section.pack)) {
        shards.add(section);
      }
    }
  }
}
