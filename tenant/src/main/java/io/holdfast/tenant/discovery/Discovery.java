package io.holdfast.tenant.discovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Exclusion;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.Root;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.TablePattern;
import io.holdfast.tenant.scope.Triggers;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Writes a first scope map. Tables below the root are owned, what they point to is referenced, and
/// everything else is excluded with a reason that `check` refuses, so that somebody decides.
public final class Discovery {
  /// One column that is never absent counts more than all that can be.
  private static final int ALWAYS_THERE = 10_000;

  private final Catalog catalog;
  private final Root root;
  private final Optional<String> tenantColumn;

  private Discovery(Catalog catalog, Root root, Optional<String> tenantColumn) {
    this.catalog = catalog;
    this.root = root;
    this.tenantColumn = tenantColumn;
  }

  /// A map, and a comment for each of some tables.
  public record Discovered(ScopeMap map, Map<QualifiedName, String> remarks) {
    public Discovered {
      remarks = Map.copyOf(remarks);
    }
  }

  /// @param tenantColumn empty takes the name that most references to the root have
  /// @throws BackupException `SCOPE_ROOT_UNCLEAR` if the root has no key of one column
  public static Discovered discover(
      Catalog catalog, String name, QualifiedName rootTable, Optional<String> tenantColumn) {
    Table table =
        catalog
            .table(rootTable)
            .filter(found -> !found.isPartition())
            .orElseThrow(
                () ->
                    unclear(
                        "there is no table " + rootTable,
                        "Name a table of this database as schema.table."));
    Root root = new Root(rootTable, keyOf(table));
    return new Discovery(catalog, root, tenantColumn.or(() -> usualColumn(catalog, root)))
        .map(name);
  }

  private static String keyOf(Table table) {
    return table.keys().stream()
        .filter(key -> key.columns().size() == 1 && table.refusesNulls(key))
        .min(
            Comparator.comparingInt((Key key) -> key.isPrimary() ? 0 : 1)
                .thenComparing(key -> key.columns().getFirst()))
        .map(key -> key.columns().getFirst())
        .orElseThrow(
            () ->
                unclear(
                    table.name() + " has no key of one column, so nothing names one of its rows",
                    "Choose another root, or give the table a unique column that is NOT NULL."));
  }

  /// The column by which most tables point to the root, those first in which it is never absent.
  private static Optional<String> usualColumn(Catalog catalog, Root root) {
    Map<String, Integer> counts = new TreeMap<>();
    for (ForeignKey key : catalog.foreignKeysTo(root.table())) {
      if (key.targetColumns().equals(List.of(root.key())) && !key.isSelfReference()) {
        boolean always =
            catalog.table(key.table()).filter(t -> t.allRefuseNulls(key.columns())).isPresent();
        counts.merge(key.columns().getFirst(), always ? ALWAYS_THERE : 1, Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .max(
            Map.Entry.<String, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .map(Map.Entry::getKey);
  }

  private Discovered map(String name) {
    Descent descent = new Descent(catalog, root, _ -> true);
    descent.begin(root.table(), new Via.OfRoot());
    for (Table table : catalog.classifiable()) {
      if (!table.name().equals(root.table())) {
        tenantColumnOf(table).ifPresent(via -> descent.begin(table.name(), via));
      }
    }
    Map<QualifiedName, Via> ways = descent.run(Map.of());
    Entries entries = new Entries(catalog, root, ways);
    Map<QualifiedName, Owned> owned = entries.owned(_ -> Optional.empty());
    SortedMap<QualifiedName, Referenced> referenced = entries.referenced();
    List<Exclusion> excluded = new ArrayList<>();
    Map<QualifiedName, String> remarks = new HashMap<>(entries.remarks(owned));
    for (Table table : catalog.classifiable()) {
      if (!owned.containsKey(table.name()) && !referenced.containsKey(table.name())) {
        excluded.add(new Exclusion(TablePattern.of(table.name()), Exclusion.UNDECIDED));
        polymorphic(table).ifPresent(text -> remarks.put(table.name(), text));
      }
    }
    ScopeMap map =
        new ScopeMap(
            name,
            root,
            tenantColumn,
            owned,
            referenced,
            excluded,
            List.of(),
            new TreeMap<>(),
            Triggers.FIRE,
            new TreeMap<>(),
            Optional.empty(),
            Optional.empty());
    return new Discovered(map.withSchema(SchemaText.of(catalog, map)), remarks);
  }

  /// The tenant column, if the table has one that can hold the root's key.
  private Optional<Via> tenantColumnOf(Table table) {
    Optional<Column> key = catalog.table(root.table()).flatMap(found -> found.column(root.key()));
    return tenantColumn
        .flatMap(table::column)
        .filter(
            column ->
                key.filter(rootKey -> rootKey.type().equals(column.type())).isPresent()
                    || table.foreignKeys().stream()
                        .anyMatch(
                            foreign ->
                                foreign.columns().equals(List.of(column.name()))
                                    && foreign.target().equals(root.table())
                                    && foreign.targetColumns().equals(List.of(root.key()))))
        .filter(column -> !pointsElsewhere(table, column))
        .map(column -> new Via.OfColumn(column.name()));
  }

  /// A column of that name that leads to another table holds another table's key.
  private boolean pointsElsewhere(Table table, Column column) {
    return table.foreignKeys().stream()
        .anyMatch(
            foreign ->
                foreign.columns().equals(List.of(column.name()))
                    && !foreign.target().equals(root.table()));
  }

  private static Optional<String> polymorphic(Table table) {
    for (Column column : table.columns()) {
      if (column.name().endsWith("_type")) {
        String stem = column.name().substring(0, column.name().length() - "_type".length());
        if (table.column(stem + "_id").isPresent()) {
          return Optional.of(
              column.name()
                  + " and "
                  + stem
                  + "_id may say to which row it belongs: owned, via: {polymorphic: ...}");
        }
      }
    }
    return Optional.empty();
  }

  static BackupException unclear(String message, String hint) {
    return new BackupException(ErrorCode.SCOPE_ROOT_UNCLEAR, message, hint);
  }
}
