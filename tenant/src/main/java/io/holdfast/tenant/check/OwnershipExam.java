package io.holdfast.tenant.check;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.Link;
import io.holdfast.tenant.closure.Links;
import io.holdfast.tenant.graph.Components;
import io.holdfast.tenant.scope.Decisions;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/// Looks at how owned tables hang together.
final class OwnershipExam {
  private final ScopeMap map;
  private final Catalog catalog;
  private final Findings findings;
  private final Decisions decisions;

  OwnershipExam(ScopeMap map, Catalog catalog, Findings findings) {
    this.map = map;
    this.catalog = catalog;
    this.findings = findings;
    decisions = new Decisions(catalog, map.root().table(), map.owned()::containsKey);
  }

  void run() {
    map.owned()
        .forEach(
            (name, owned) ->
                catalog
                    .table(name)
                    .filter(table -> !table.isPartition())
                    .ifPresentOrElse(
                        table -> {
                          way(table, owned);
                          shared(table, owned);
                          key(table);
                        },
                        () -> missing(name, "owned")));
    map.referenced()
        .keySet()
        .forEach(
            name -> {
              if (catalog.table(name).isEmpty()) {
                missing(name, "referenced");
              }
            });
    reachability();
  }

  private void missing(QualifiedName name, String section) {
    findings.add(
        FindingCode.TABLE_MISSING,
        name,
        catalog.table(name).isPresent()
            ? "this is a part of " + catalog.whole(name).map(Table::name).orElse(name)
            : "the database has no such table",
        catalog.table(name).isPresent()
            ? "Name the whole table in its place."
            : "Take it out of " + section + ", or correct its name.");
  }

  private void way(Table table, Owned owned) {
    switch (owned.via()) {
      case Via.OfRoot() -> column(table, map.root().key(), "root.key");
      case Via.OfColumn(String column) -> tenantColumn(table, column);
      case Via.OfForeignKey(String constraint) -> foreignKey(table, constraint);
      case Via.OfPolymorphic way -> polymorphic(table, way);
    }
  }

  private void tenantColumn(Table table, String name) {
    column(table, name, "via");
    Optional<Column> key =
        catalog.table(map.root().table()).flatMap(root -> root.column(map.root().key()));
    Optional<Column> column = table.column(name);
    if (key.isPresent() && column.isPresent() && !key.get().type().equals(column.get().type())) {
      findings.add(
          FindingCode.TYPE_DIFFERS,
          table.name(),
          name + " is " + column.get().type() + ", the root's key is " + key.get().type(),
          "Comparing them may be refused, or may not use an index.");
    }
  }

  private void foreignKey(Table table, String constraint) {
    Optional<ForeignKey> key = table.foreignKey(constraint);
    if (key.isEmpty()) {
      noKey(table, constraint, "via");
    } else if (!map.owned().containsKey(decisions.target(key.get()))) {
      findings.add(
          FindingCode.WAY_LEADS_ELSEWHERE,
          table.name(),
          "via leads to " + decisions.target(key.get()) + ", which is not owned",
          "Choose a foreign key to an owned table, or own that table.");
    }
  }

  private void polymorphic(Table table, Via.OfPolymorphic way) {
    column(table, way.typeColumn(), "via");
    column(table, way.idColumn(), "via");
    way.targets()
        .values()
        .forEach(
            name ->
                catalog
                    .table(name)
                    .filter(
                        target ->
                            target.primaryKey().filter(key -> key.columns().size() == 1).isEmpty())
                    .ifPresent(
                        target ->
                            findings.add(
                                FindingCode.WAY_LEADS_ELSEWHERE,
                                table.name(),
                                "via leads to "
                                    + target.name()
                                    + ", which has no primary key of one column",
                                "Give that table such a key, or own this one in another way.")));
  }

  private void column(Table table, String name, String where) {
    if (table.column(name).isEmpty()) {
      findings.add(
          FindingCode.COLUMN_MISSING,
          table.name(),
          where + " names column " + name + ", which is not there",
          "Correct the name, or choose another way.");
    }
  }

  private void noKey(Table table, String constraint, String where) {
    findings.add(
        FindingCode.FOREIGN_KEY_MISSING,
        table.name(),
        where + " names foreign key " + constraint + ", which is not there",
        "Correct the name; the table has "
            + (table.foreignKeys().isEmpty()
                ? "none"
                : String.join(", ", table.foreignKeys().stream().map(ForeignKey::name).toList()))
            + ".");
  }

  private void shared(Table table, Owned owned) {
    for (ForeignKey key : decisions.needed(table, owned.via())) {
      if (!owned.shared().containsKey(key.name())) {
        findings.add(
            FindingCode.DECISION_MISSING,
            table.name(),
            key.name() + " leads to the root on a second way, by " + decisions.target(key),
            "Write 'shared: {"
                + key.name()
                + ": reference}' if via alone decides, include if its rows belong to the scope too.");
      }
    }
    owned
        .shared()
        .keySet()
        .forEach(
            constraint -> {
              Optional<ForeignKey> key = table.foreignKey(constraint);
              if (key.isEmpty()) {
                noKey(table, constraint, "shared");
              } else if (!map.owned().containsKey(decisions.target(key.get()))) {
                findings.add(
                    FindingCode.WAY_LEADS_ELSEWHERE,
                    table.name(),
                    constraint + " under shared leads to a table that is not owned",
                    "Take it out: it is a reference anyway.");
              }
            });
  }

  private void key(Table table) {
    if (table.identifyingKey().isEmpty()) {
      findings.add(
          FindingCode.NO_KEY,
          table.name(),
          "the table has neither a primary key nor a unique one without nulls",
          "Nothing tells its rows apart, so a restore could not compare them: add a primary key.");
    }
  }

  /// From the root downwards; a circle is entered by any of its tables.
  private void reachability() {
    Links links = new Links(map, catalog);
    SortedMap<QualifiedName, NavigableSet<QualifiedName>> ownership = links.ownership();
    Set<QualifiedName> reached = new HashSet<>();
    for (List<QualifiedName> component : Components.of(ownership)) {
      boolean entered =
          component.stream()
              .anyMatch(
                  table ->
                      beginsHere(table)
                          || links.of(table).stream()
                              .map(Link::target)
                              .anyMatch(reached::contains));
      if (entered) {
        reached.addAll(component);
      } else {
        component.stream()
            .filter(table -> catalog.table(table).isPresent())
            .forEach(table -> unreached(table, component));
      }
    }
  }

  private boolean beginsHere(QualifiedName table) {
    return map.owned(table)
        .map(Owned::via)
        .filter(via -> via instanceof Via.OfRoot || via instanceof Via.OfColumn)
        .isPresent();
  }

  private void unreached(QualifiedName table, List<QualifiedName> component) {
    findings.add(
        FindingCode.NO_WAY_TO_ROOT,
        table,
        component.size() > 1
            ? "nothing leads to the root from the circle " + component
            : "nothing leads from the table to the root",
        "Choose another via, or 'shared: include' for a foreign key that leads there.");
  }
}
