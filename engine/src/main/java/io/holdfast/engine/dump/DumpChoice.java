package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.ArchiveEntries;
import io.holdfast.postgres.dump.ArchiveSelection;
import io.holdfast.postgres.dump.DatabaseContents;
import io.holdfast.postgres.dump.DumpSnapshot;
import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.SequenceState;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TargetObjects;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What of a database is dumped where not all of it is wanted. *Confined.*
final class DumpChoice {
  private final DumpFilter filter;
  private final List<DumpedRelation> all;
  private List<DumpedRelation> chosen;
  private Set<SqlName> names;

  private DumpChoice(DumpFilter filter, List<DumpedRelation> all, List<DumpedRelation> chosen) {
    this.filter = filter;
    this.all = all;
    this.chosen = chosen;
    this.names = names(chosen);
  }

  /// All that a filter takes of a database.
  static DumpChoice of(DumpFilter filter, List<DumpedRelation> all) {
    return new DumpChoice(filter, all, List.copyOf(filter.choose(all)));
  }

  private static Set<SqlName> names(Collection<DumpedRelation> relations) {
    Set<SqlName> names = new HashSet<>();
    relations.forEach(relation -> names.add(relation.name()));
    return names;
  }

  Set<SqlName> names() {
    return names;
  }

  boolean holds(SqlName name) {
    return names.contains(name);
  }

  List<DumpedRelation> relations() {
    return chosen;
  }

  /// Leaves out what could not be restored without what was left out, and says so.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if that is a table
  void fit(ClientRun programs, Path archive, String encoding, List<String> remarks)
      throws IOException {
    remarks.addAll(filter.remarks(all));
    ArchiveSelection selection =
        ArchiveSelection.of(
            ArchiveEntries.readAll(programs, archive),
            all,
            chosen,
            TargetObjects.fresh(),
            encoding);
    Set<SqlName> fitting = selection.relations();
    for (DumpedRelation relation : chosen) {
      boolean hasRows = relation.kind().equals("r") || relation.kind().equals("p");
      if (hasRows && !fitting.contains(relation.name())) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "table " + relation.name() + " cannot be dumped without what is left out",
            "Leave it out too, or take what it needs: "
                + Unfitting.described(selection.unfit())
                + ".");
      }
    }
    List<ArchiveSelection.Unfit> unfit = new ArrayList<>(selection.unfit());
    unfit.addAll(selection.leftOut());
    if (!unfit.isEmpty()) {
      remarks.add("left out with the tables: " + Unfitting.described(unfit));
    }
    if (selection.hangingKeys() > 0) {
      remarks.add(
          selection.hangingKeys()
              + " foreign keys point to tables that are left out: without them");
    }
    chosen = all.stream().filter(relation -> fitting.contains(relation.name())).toList();
    names = names(chosen);
  }

  /// Where the sequences stand, also those that only came along because a default needs them.
  List<SequenceState> sequences(DumpSnapshot snapshot) throws IOException {
    DatabaseContents contents = snapshot.contents();
    List<SequenceState> states = new ArrayList<>();
    Set<SqlName> known = new HashSet<>();
    for (SequenceState state : contents.sequences()) {
      known.add(state.name());
      if (holds(state.name())) {
        states.add(state);
      }
    }
    List<SqlName> further =
        chosen.stream()
            .filter(relation -> relation.kind().equals("S") && !known.contains(relation.name()))
            .map(DumpedRelation::name)
            .toList();
    states.addAll(snapshot.sequences(further));
    return states;
  }
}
