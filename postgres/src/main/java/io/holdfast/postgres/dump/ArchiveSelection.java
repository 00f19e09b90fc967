package io.holdfast.postgres.dump;

import io.holdfast.postgres.dump.DumpedRelation.ObjectId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Which entries of an archive restore some relations with all that belongs to them: columns'
/// defaults, owned sequences, partitions, indexes, constraints, triggers, policies, privileges,
/// comments, memberships in publications. A foreign key comes along only where the table that it
/// points to is there too, a partition is attached only to a table that is chosen, and a sequence
/// that a default counts with comes along where it is missing.
///
/// Into a fresh database comes everything besides that belongs to no relation. One in use is taken
/// to have it, but for schemas and extensions that it does not have: they come with all they hold.
public final class ArchiveSelection {
  /// What belongs to relations and is no relation itself: defaults, constraints, rules, triggers,
  /// policies, statistics, memberships in publications.
  private static final Set<Long> PARTS = Set.of(2604L, 2606L, 2618L, 2620L, 3256L, 3381L, 6106L);

  private static final List<String> RELATIONS =
      List.of("TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "FOREIGN TABLE");

  /// What concerns others than the tables.
  private static final List<String> NEVER =
      List.of("DATABASE", "EVENT TRIGGER", "SUBSCRIPTION", "SUBSCRIPTION TABLE");

  /// What becomes of an entry.
  private enum Fate {
    /// Restored.
    WANTED,
    /// Not restored; whatever needs it may count on it.
    PRESENT,
    /// Not restored, nor what needs it.
    MISSING
  }

  /// What cannot be restored.
  ///
  /// @param what kind, schema and name
  /// @param needs what is neither chosen nor there
  public record Unfit(String what, String needs) {}

  private final ChosenRelations relations;
  private final TargetObjects target;
  private final ListedNames names;
  private final Set<ObjectId> hangingKeys;
  private final MissingNames missing;

  private final Map<Integer, ArchiveEntry> entries = new HashMap<>();
  private final Map<Integer, Fate> fates = new HashMap<>();
  private final Set<Integer> needed = new HashSet<>();

  /// Schemas, extensions, types and the like that are made.
  private final Set<Integer> made = new HashSet<>();

  private final List<Unfit> unfit = new ArrayList<>();
  private final List<Unfit> leftOut = new ArrayList<>();
  private final List<String> schemasMade = new ArrayList<>();
  private final Set<DumpedRelation> missingSequences = new LinkedHashSet<>();

  private ArchiveSelection(
      ArchiveEntries archive, ChosenRelations relations, TargetObjects target, ListedNames names) {
    this.relations = relations;
    this.target = target;
    this.names = names;
    this.hangingKeys = relations.hangingKeys(this::isThere);
    this.missing = new MissingNames(target, relations.known().values(), names);
    archive.all().forEach(entry -> entries.put(entry.number(), entry));
    noteNeeded(archive);
    // What an entry needs comes before it.
    archive.all().forEach(entry -> fates.put(entry.number(), fate(entry)));
  }

  /// @param archive all entries, with what they need
  /// @param all relations of the dump
  /// @param wanted those that are chosen
  /// @param encoding of the archive, as PostgreSQL calls it
  public static ArchiveSelection of(
      ArchiveEntries archive,
      Collection<DumpedRelation> all,
      Collection<DumpedRelation> wanted,
      TargetObjects target,
      String encoding) {
    ListedNames names = new ListedNames(encoding);
    Set<DumpedRelation> chosen = new LinkedHashSet<>(wanted);
    ArchiveSelection selection;
    do {
      selection = new ArchiveSelection(archive, new ChosenRelations(all, chosen), target, names);
    } while (chosen.addAll(selection.missingSequences));
    return selection;
  }

  private void noteNeeded(ArchiveEntries archive) {
    Deque<Integer> open = new ArrayDeque<>();
    archive.all().stream().filter(this::isChosen).forEach(entry -> open.addAll(entry.needs()));
    while (!open.isEmpty()) {
      ArchiveEntry entry = entries.get(open.remove());
      if (entry != null && !isRelation(entry) && needed.add(entry.number())) {
        open.addAll(entry.needs());
      }
    }
  }

  private boolean isChosen(ArchiveEntry entry) {
    ObjectId object = entry.object();
    return object.catalog() == 0
        // The switch for row-level security has the number of its table.
        ? object.oid() != 0 && relations.chosen().containsKey(object.oid())
        : relations.holds(object);
  }

  private static boolean isRelation(ArchiveEntry entry) {
    return entry.object().catalog() == ObjectId.RELATIONS && RELATIONS.stream().anyMatch(entry::is);
  }

  private boolean isThere(DumpedRelation relation) {
    return target.relations().contains(relation.name());
  }

  private Fate fate(ArchiveEntry entry) {
    if (isChosen(entry)) {
      return hangingKeys.contains(entry.object()) ? Fate.PRESENT : chosen(entry);
    }
    if (isRelation(entry)) {
      DumpedRelation relation = relations.known().get(entry.object().oid());
      return relation != null && isThere(relation) ? Fate.PRESENT : Fate.MISSING;
    }
    if (entry.object().catalog() == 0) {
      return attached(entry) ? Fate.WANTED : Fate.PRESENT;
    }
    if (entry.is("PUBLICATION TABLE")) {
      return member(entry) ? Fate.WANTED : Fate.PRESENT;
    }
    boolean lacks = entry.needs().stream().anyMatch(this::isMissing);
    if (entry.object().catalog() == ObjectId.RELATIONS
        || PARTS.contains(entry.object().catalog())) {
      boolean ofNoRelation =
          entry.needs().stream().map(entries::get).noneMatch(e -> e != null && isRelation(e));
      return lacks ? Fate.MISSING : ofNoRelation ? shared(entry) : Fate.PRESENT;
    }
    return lacks ? leftOut(entry) : shared(entry);
  }

  /// A part of what is chosen, which needs more than that at times.
  private Fate chosen(ArchiveEntry entry) {
    for (int number : entry.needs()) {
      ArchiveEntry need = entries.get(number);
      if (need == null || !isMissing(number) || PARTS.contains(need.object().catalog())) {
        continue;
      }
      if (relations.belongs(entry.object(), need.object())) {
        continue; // a partition becomes a table of its own
      }
      DumpedRelation relation = relations.known().get(need.object().oid());
      if (isRelation(need) && relation != null && relation.kind().equals("S")) {
        missingSequences.add(relation);
        continue;
      }
      unfit.add(new Unfit(shown(entry), shown(need)));
      return Fate.MISSING;
    }
    return Fate.WANTED;
  }

  /// Comments, privileges, labels and attachments come along with everything that they are about.
  private boolean attached(ArchiveEntry entry) {
    if (entry.is("SEQUENCE OWNED BY")) {
      return entry.needs().stream()
          .map(entries::get)
          .filter(need -> need != null && need.is("SEQUENCE"))
          .anyMatch(
              need ->
                  isWanted(need.number())
                      && relations.hasOwner(need.object().oid(), this::isThere));
    }
    return !entry.needs().isEmpty() && entry.needs().stream().allMatch(this::isWanted);
  }

  private boolean member(ArchiveEntry entry) {
    return entry.needs().stream()
        .map(entries::get)
        .allMatch(
            need -> need != null && (isWanted(need.number()) || missing.hasPublication(need)));
  }

  private Fate leftOut(ArchiveEntry entry) {
    boolean wouldBeMade =
        target.state() == TargetObjects.State.FRESH
            || entry.needs().stream().anyMatch(made::contains);
    if (wouldBeMade) {
      entry.needs().stream()
          .filter(this::isMissing)
          .flatMap(need -> Stream.ofNullable(entries.get(need)))
          .findFirst()
          .ifPresent(need -> leftOut.add(new Unfit(shown(entry), shown(need))));
    }
    return Fate.MISSING;
  }

  /// What belongs to no relation.
  private Fate shared(ArchiveEntry entry) {
    if (NEVER.stream().anyMatch(entry::is)) {
      return Fate.PRESENT;
    }
    boolean isMade =
        switch (target.state()) {
          case FRESH -> true;
          case IN_USE ->
              isMissingSchema(entry)
                  || (needed.contains(entry.number()) && missing.isExtension(entry))
                  || entry.needs().stream().anyMatch(made::contains);
        };
    if (isMade) {
      made.add(entry.number());
    }
    return isMade ? Fate.WANTED : Fate.PRESENT;
  }

  /// Notes a schema that has to be made.
  private boolean isMissingSchema(ArchiveEntry entry) {
    Optional<String> name =
        needed.contains(entry.number()) ? missing.schema(entry) : Optional.empty();
    name.ifPresent(text -> schemasMade.add(names.shown(text)));
    return name.isPresent();
  }

  private boolean isMissing(int number) {
    return fates.get(number) == Fate.MISSING;
  }

  private boolean isWanted(int number) {
    return fates.get(number) == Fate.WANTED;
  }

  /// Kind, schema and name: the owner, behind the last blank as a rule, says nothing here.
  private String shown(ArchiveEntry entry) {
    DumpedRelation relation = relations.known().get(entry.object().oid());
    if (isRelation(entry) && relation != null) {
      return relation.name().toString();
    }
    String text = entry.description();
    int end = text.lastIndexOf(' ');
    return names.shown(end > 0 ? text.substring(0, end) : text);
  }

  /// Whether an entry of the list is restored.
  public boolean wants(ArchiveEntry entry) {
    return isWanted(entry.number());
  }

  /// The relations that are restored, partitions and owned sequences among them.
  public Set<SqlName> relations() {
    Set<SqlName> restored = new LinkedHashSet<>();
    Set<Long> unfitRelations = new HashSet<>();
    entries.values().stream()
        .filter(entry -> isRelation(entry) && isMissing(entry.number()))
        .forEach(entry -> unfitRelations.add(entry.object().oid()));
    relations
        .chosen()
        .forEach(
            (oid, relation) -> {
              if (!unfitRelations.contains(oid)) {
                restored.add(relation.name());
              }
            });
    return restored;
  }

  /// How many foreign keys are left out because the table that they point to is missing.
  public int hangingKeys() {
    return hangingKeys.size();
  }

  /// What was chosen and cannot be restored, because it needs what is neither chosen nor there.
  public List<Unfit> unfit() {
    return List.copyOf(unfit);
  }

  /// Functions, types and the like that are left out, because they need tables that are.
  public List<Unfit> leftOut() {
    return List.copyOf(leftOut);
  }

  /// Schemas that are made because the target does not have them.
  public List<String> schemasMade() {
    return List.copyOf(schemasMade);
  }
}
