package io.holdfast.tenant.explain;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.catalog.Table.Estimate;
import io.holdfast.tenant.closure.Link;
import io.holdfast.tenant.closure.Links;
import io.holdfast.tenant.closure.RowSelection;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;

/// The owned tables as a tree, how each is owned, and the query that finds its rows.
///
/// @param owned in the order of the tree
/// @param order that of a restore: those that are pointed to first, circles together
public record ScopeExplanation(
    ScopeMap map, List<OwnedTable> owned, List<List<QualifiedName>> order) {
  public ScopeExplanation {
    owned = List.copyOf(owned);
    order = order.stream().map(List::copyOf).toList();
  }

  /// @param depth in the tree; 0 is the root
  /// @param rows of all tenants, as the planner estimates; empty if nobody ever counted
  /// @param bytes of all tenants
  public record OwnedTable(
      QualifiedName table,
      int depth,
      String how,
      String exportName,
      OptionalLong rows,
      long bytes,
      RowSelection selection) {}

  /// @throws io.holdfast.base.BackupException `SCOPE_MAP_UNSUITABLE` if the database lacks what the
  ///   map needs to find rows
  public static ScopeExplanation of(ScopeMap map, Catalog catalog) {
    TenantRows rows = TenantRows.of(map, catalog);
    Links links = new Links(map, catalog);
    Map<QualifiedName, List<QualifiedName>> below = new LinkedHashMap<>();
    map.owned()
        .keySet()
        .forEach(
            table ->
                parent(map, links, table)
                    .ifPresent(
                        above -> below.computeIfAbsent(above, _ -> new ArrayList<>()).add(table)));
    Map<QualifiedName, OwnedTable> tree = new LinkedHashMap<>();
    BiFunction<QualifiedName, Integer, OwnedTable> entry =
        (name, depth) -> entry(name, depth, map, catalog, rows);
    append(map.root().table(), 0, below, entry, tree);
    // Tables that own each other in a circle may hang nowhere.
    map.owned().keySet().forEach(table -> append(table, 1, below, entry, tree));
    return new ScopeExplanation(map, List.copyOf(tree.values()), rows.order());
  }

  /// The table that owns rows by a key; without one the root.
  private static Optional<QualifiedName> parent(ScopeMap map, Links links, QualifiedName table) {
    if (table.equals(map.root().table())) {
      return Optional.empty();
    }
    return map.owned(table).orElseThrow().via() instanceof Via.OfForeignKey(String constraint)
        ? links.of(table).stream()
            .filter(link -> link instanceof Link.ByKey way && way.key().name().equals(constraint))
            .map(Link::target)
            .findFirst()
        : Optional.of(map.root().table());
  }

  private static void append(
      QualifiedName name,
      int depth,
      Map<QualifiedName, List<QualifiedName>> below,
      BiFunction<QualifiedName, Integer, OwnedTable> entry,
      Map<QualifiedName, OwnedTable> into) {
    if (!into.containsKey(name)) {
      into.put(name, entry.apply(name, depth));
      below
          .getOrDefault(name, List.of())
          .forEach(table -> append(table, depth + 1, below, entry, into));
    }
  }

  private static OwnedTable entry(
      QualifiedName name, int depth, ScopeMap map, Catalog catalog, TenantRows rows) {
    Estimate estimate = catalog.table(name).map(Table::estimate).orElseThrow();
    return new OwnedTable(
        name,
        depth,
        how(map.owned(name).orElseThrow()),
        map.exportName(name),
        estimate.rows(),
        estimate.bytes(),
        rows.of(name, ScopeId.parameter()));
  }

  private static String how(Owned owned) {
    String way =
        switch (owned.via()) {
          case Via.OfRoot() -> "the root";
          case Via.OfColumn(String column) -> "by column " + column;
          case Via.OfForeignKey(String constraint) -> "by foreign key " + constraint;
          case Via.OfPolymorphic(String type, String id, var targets) ->
              "by " + type + " and " + id + ", to " + targets.values().stream().distinct().toList();
        };
    List<String> included =
        owned.shared().entrySet().stream()
            .filter(entry -> entry.getValue() == Shared.INCLUDE)
            .map(Map.Entry::getKey)
            .toList();
    return way
        + (included.isEmpty() ? "" : ", also by " + String.join(", ", included))
        + owned.where().map(where -> ", where " + where.text()).orElse("");
  }

  public Map<String, Object> toMap() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("scope", map.name());
    json.put("root", map.root().table().text());
    json.put("key", map.root().key());
    json.put("owned", owned.stream().map(ScopeExplanation::toMap).toList());
    json.put(
        "restoreOrder",
        order.stream()
            .map(component -> component.stream().map(QualifiedName::text).toList())
            .toList());
    Map<String, Object> referenced = new LinkedHashMap<>();
    map.referenced().forEach((table, entry) -> referenced.put(table.text(), entry.match()));
    json.put("referenced", referenced);
    Map<String, Object> excluded = new LinkedHashMap<>();
    map.excluded().forEach(entry -> excluded.put(entry.pattern().text(), entry.reason()));
    json.put("excluded", excluded);
    return json;
  }

  private static Map<String, Object> toMap(OwnedTable table) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("table", table.table().text());
    json.put("depth", table.depth());
    json.put("how", table.how());
    json.put("export", table.exportName());
    json.put(
        "estimatedRows",
        table.rows().isPresent() ? Optional.of(table.rows().getAsLong()) : Optional.empty());
    json.put("estimatedBytes", table.bytes());
    json.put("sql", table.selection().select());
    return json;
  }
}
