package io.holdfast.tenant.closure;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.base.BackupException;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.graph.Components;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;

/// Writes predicates. A table that few ways lead to is asked for by `EXISTS` all the way up; one in
/// a circle, or that many ways lead to, by a set of keys that is computed once. *Confined*.
final class Predicates {
  private static final int WAYS_MAX = 4;
  private static final int CHARACTERS_MAX = 1 << 20;

  private final ScopeMap map;
  private final Catalog catalog;
  private final Links links;
  private final ScopeId id;
  private final List<List<QualifiedName>> components;
  private final Map<QualifiedName, Integer> ways = new HashMap<>();
  private final Set<QualifiedName> circles = new HashSet<>();
  private int aliases;
  private long written;

  /// Says that a row is in the set of keys of its table.
  interface Membership {
    String of(QualifiedName table, String alias);
  }

  Predicates(ScopeMap map, Catalog catalog, Links links, ScopeId id) {
    this.map = map;
    this.catalog = catalog;
    this.links = links;
    this.id = id;
    SortedMap<QualifiedName, NavigableSet<QualifiedName>> ownership = links.ownership();
    components = Components.of(ownership);
    for (List<QualifiedName> component : components) {
      component.forEach(table -> ways.put(table, countWays(table, component)));
    }
  }

  /// How often the root would be asked for; those of a circle count as too many.
  private int countWays(QualifiedName table, List<QualifiedName> component) {
    int count = 0;
    for (Link link : links.of(table)) {
      if (component.contains(link.target())) {
        circles.add(table);
        return WAYS_MAX + 1;
      }
      count += ways.getOrDefault(link.target(), 1);
    }
    return Math.clamp(count, 1, WAYS_MAX + 1);
  }

  private boolean needsSet(QualifiedName table) {
    return ways.getOrDefault(table, 1) > WAYS_MAX;
  }

  RowSelection selection(QualifiedName table) {
    return new RowSelection(
        table, source(table, RowSelection.ALIAS), predicate(table, RowSelection.ALIAS));
  }

  /// The table as it stands behind FROM, without the rows that the map's condition leaves out.
  String source(QualifiedName name, String alias) {
    String table = table(name).fromSql();
    return owned(name)
        .where()
        .map(where -> "(SELECT * FROM " + table + " WHERE (" + where.text() + ")) AS " + alias)
        .orElse(table + " AS " + alias);
  }

  /// Whether a row belongs to the scope.
  private String predicate(QualifiedName name, String alias) {
    // Below one set the rows are looked up in it; with several, or in a circle, they are a set too.
    long sets = links.of(name).stream().filter(link -> needsSet(link.target())).distinct().count();
    if (circles.contains(name) || sets > 1) {
      return set(name, alias);
    }
    List<String> found = ways(name, alias, _ -> true, this::set);
    if (found.isEmpty()) {
      throw TenantRows.unsuitable("nothing leads from " + name + " to the root");
    }
    return bounded(anyOf(found));
  }

  /// Whether a row belongs to the scope that stands behind FROM with all columns of its table.
  String condition(QualifiedName name, String alias) {
    return meeting(name, alias, predicate(name, alias));
  }

  /// The same, with what the map's condition says of the row itself.
  private String meeting(QualifiedName name, String alias, String way) {
    return owned(name)
        .where()
        .map(
            where ->
                "("
                    + way
                    + " AND EXISTS (SELECT FROM (SELECT "
                    + alias
                    + ".*) q WHERE ("
                    + where.text()
                    + ")))")
        .orElse(way);
  }

  /// Whether a row that need not be there yet would belong to the scope, by rows of other tables
  /// that are there.
  ///
  /// @param columns that it has; without all of them the map's condition is left out
  String conditionOfNew(QualifiedName name, String alias, Set<String> columns) {
    List<String> found = ways(name, alias, _ -> true, this::set);
    if (found.isEmpty()) {
      throw TenantRows.unsuitable("nothing leads from " + name + " to the root");
    }
    String way = bounded(anyOf(found));
    boolean whole = table(name).columns().stream().map(Column::name).allMatch(columns::contains);
    return whole ? meeting(name, alias, way) : way;
  }

  private String set(QualifiedName name, String alias) {
    return bounded(new KeySets(this, links, components, this::needsSet).predicate(name, alias));
  }

  static String anyOf(List<String> ways) {
    return ways.size() == 1 ? ways.getFirst() : "(" + String.join("\n OR ", ways) + ")";
  }

  /// Each way by which a row can belong to the scope.
  ///
  /// @param which links are looked at
  /// @param membership for tables of which there is a set
  List<String> ways(
      QualifiedName name, String alias, Predicate<Link> which, Membership membership) {
    List<String> ways = new ArrayList<>();
    switch (owned(name).via()) {
      case Via.OfRoot() -> ways.add(column(alias, map.root().key()) + " = " + id.sql());
      case Via.OfColumn(String column) -> ways.add(column(alias, column) + " = " + id.sql());
      case Via.OfForeignKey _, Via.OfPolymorphic _ -> {}
    }
    for (Link link : links.of(name)) {
      if (which.test(link)) {
        String target = nextAlias();
        ways.add(
            "EXISTS (SELECT FROM "
                + source(link.target(), target)
                + " WHERE "
                + joined(name, alias, link, target)
                + " AND "
                + (needsSet(link.target())
                    ? membership.of(link.target(), target)
                    : predicate(link.target(), target))
                + ")");
      }
    }
    return ways;
  }

  /// Whether a row leads to a row of the link's target.
  String joined(QualifiedName name, String alias, Link link, String target) {
    return switch (link) {
      case Link.ByKey(ForeignKey key, QualifiedName _) -> {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < key.columns().size(); i++) {
          pairs.add(
              column(target, key.targetColumns().get(i))
                  + " = "
                  + column(alias, key.columns().get(i)));
        }
        yield String.join(" AND ", pairs);
      }
      case Link.ByValue way -> {
        Column key = singleKey(table(way.target())).orElseThrow(() -> noKey(way.target()));
        Optional<Column> own = table(name).column(way.idColumn());
        String cast =
            own.map(Column::type)
                .filter(type -> !type.equals(key.type()))
                .map("::"::concat)
                .orElse("");
        yield column(alias, way.typeColumn())
            + " = "
            + SqlText.literal(way.value())
            + " AND "
            + column(target, key.name())
            + cast
            + " = "
            + column(alias, way.idColumn());
      }
    };
  }

  /// The primary key, if it is one column.
  static Optional<Column> singleKey(Table table) {
    return table
        .primaryKey()
        .filter(key -> key.columns().size() == 1)
        .flatMap(key -> table.column(key.columns().getFirst()));
  }

  private static BackupException noKey(QualifiedName table) {
    return TenantRows.unsuitable(table + " has no primary key of one column");
  }

  /// The columns that tell the rows of a table apart.
  List<Column> key(QualifiedName name) {
    Table table = table(name);
    Key key =
        table
            .identifyingKey()
            .orElseThrow(
                () ->
                    TenantRows.unsuitable(
                        name + " has neither a primary key nor a unique one without nulls"));
    return key.columns().stream().flatMap(column -> table.column(column).stream()).toList();
  }

  static String column(String alias, String name) {
    return alias + "." + quoted(name);
  }

  String nextAlias() {
    return RowSelection.ALIAS + ++aliases;
  }

  Table table(QualifiedName name) {
    return catalog
        .table(name)
        .orElseThrow(() -> TenantRows.unsuitable("there is no table " + name));
  }

  private Owned owned(QualifiedName name) {
    return map.owned(name).orElseThrow(() -> TenantRows.unsuitable(name + " is not owned"));
  }

  private String bounded(String sql) {
    written += sql.length();
    if (written > CHARACTERS_MAX) {
      throw TenantRows.unsuitable(
          "so many ways lead to the root that the query would have more than "
              + CHARACTERS_MAX
              + " characters: turn some of 'shared: include' into 'reference'");
    }
    return sql;
  }
}
