package io.holdfast.tenant.restore;

import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.closure.NamesOfOthers;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The large objects that a backup has, group after group. *Confined.*
final class LargeObjects {
  private final DatabaseSession session;
  private final Steps steps;
  private final ScopeMap map;
  private final RestoreTables tables;
  private final NamesOfOthers others;
  private final List<ObjectGroup> groups = new ArrayList<>();

  LargeObjects(
      DatabaseSession session,
      Steps steps,
      ScopeMap map,
      RestoreTables tables,
      NamesOfOthers others) {
    this.session = session;
    this.steps = steps;
    this.map = map;
    this.tables = tables;
    this.others = others;
  }

  void begin(String group) throws IOException {
    if (!(map.assets().get(group) instanceof AssetGroup.LargeObjectGroup(var table, var column))) {
      throw new IllegalArgumentException(group + " is no group of large objects");
    }
    StagedTable staged = tables.find(table).orElseThrow();
    ObjectGroup begun = new ObjectGroup(groups.size(), group, staged, column);
    steps.run(begun.create());
    groups.add(begun);
  }

  void take(byte[] lines) throws IOException {
    session.beginCopy(groups.getLast().copyIn());
    session.send(lines, 0, lines.length);
    session.endCopy();
  }

  void end() throws IOException {
    ObjectGroup begun = groups.getLast();
    steps.run("ANALYZE " + begun.table());
    steps.run(begun.make(others));
    steps.run(begun.rewrite());
  }

  Map<Long, Long> wanted(String group) throws IOException {
    Map<Long, Long> wanted = new HashMap<>();
    for (ObjectGroup made : groups) {
      if (made.name().equals(group)) {
        session
            .query(made.wanted())
            .forEach(row -> wanted.put(Long.parseLong(row.get(0)), Long.parseLong(row.get(1))));
        steps.run(made.discard());
      }
    }
    return wanted;
  }

  /// How many objects of each group would be made; `subject` gets what tells them from others.
  SortedMap<String, Long> planned(List<String> subject) throws IOException {
    SortedMap<String, Long> made = new TreeMap<>();
    for (ObjectGroup group : groups) {
      List<String> planned = steps.row(group.planned());
      made.put(group.name(), Long.parseLong(planned.get(0)));
      subject.add(group.name() + " " + planned.get(1));
    }
    return made;
  }

  /// Large objects belong to one row: a copy has its own or none.
  ///
  /// @return remarks
  List<String> detach() throws IOException {
    List<String> remarks = new ArrayList<>();
    for (ColumnName name : columns()) {
      StagedTable staged = tables.find(name.table()).orElseThrow();
      if (staged.columns().contains(name.column())) {
        long gone = detach(staged, name.column());
        if (gone > 0) {
          remarks.add(gone + " large objects of " + name + " are not copied: their rows have none");
        }
      }
    }
    return remarks;
  }

  private long detach(StagedTable staged, String column) throws IOException {
    Optional<ObjectGroup> own =
        groups.stream()
            .filter(one -> one.staged().equals(staged) && one.column().equals(column))
            .findFirst();
    if (own.isPresent()) {
      return steps.count(own.get().detach());
    }
    ObjectGroup none = new ObjectGroup(groups.size(), "", staged, column);
    steps.run(none.create());
    long gone = steps.count(none.detach());
    steps.run("DROP TABLE " + none.table());
    return gone;
  }

  /// All columns with numbers of large objects.
  private SortedSet<ColumnName> columns() {
    SortedSet<ColumnName> columns = new TreeSet<>();
    map.owned()
        .forEach(
            (name, owned) ->
                owned.largeObjects().forEach(column -> columns.add(new ColumnName(name, column))));
    for (AssetGroup group : map.assets().values()) {
      if (group instanceof AssetGroup.LargeObjectGroup(var table, var column)) {
        columns.add(new ColumnName(table, column));
      }
    }
    return columns;
  }
}
