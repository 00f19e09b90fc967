package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Which foreign keys of an owned table lead to the root on a second way, so that the map has to
/// say what they mean: those to owned tables, unless a tenant column that is never absent decides
/// for the row. A second reference to the root's table always counts, since it may be another
/// tenant's row.
public final class Decisions {
  private final Catalog catalog;
  private final QualifiedName root;
  private final Predicate<QualifiedName> isOwned;

  /// @param isOwned whether a table belongs to the scope
  public Decisions(Catalog catalog, QualifiedName root, Predicate<QualifiedName> isOwned) {
    this.catalog = catalog;
    this.root = root;
    this.isOwned = isOwned;
  }

  /// Those of a table that is owned in this way, ordered by name.
  public List<ForeignKey> needed(Table table, Via via) {
    return table.foreignKeys().stream()
        .filter(key -> isOwned.test(target(key)) && !isWay(table, via, key))
        .filter(key -> target(key).equals(root) || !decidesAlone(table, via))
        .toList();
  }

  /// The table that a key leads to, for a partition the whole one.
  public QualifiedName target(ForeignKey key) {
    return catalog.whole(key.target()).map(Table::name).orElse(key.target());
  }

  /// Whether rows can belong to the scope only as `via` says, and all of them have a value there.
  private static boolean decidesAlone(Table table, Via via) {
    return switch (via) {
      case Via.OfRoot() -> true;
      case Via.OfColumn(String column) -> table.allRefuseNulls(List.of(column));
      case Via.OfForeignKey _, Via.OfPolymorphic _ -> false;
    };
  }

  private boolean isWay(Table table, Via via, ForeignKey key) {
    return switch (via) {
      case Via.OfRoot(), Via.OfPolymorphic _ -> false;
      case Via.OfColumn(String column) ->
          key.columns().equals(List.of(column)) && target(key).equals(root);
      case Via.OfForeignKey(String constraint) -> {
        Optional<ForeignKey> way = table.foreignKey(constraint);
        yield way.isPresent() && way.get().isTwinOf(key);
      }
    };
  }

  /// What is proposed for one of them: where `via` may be absent, a row that only this key leads
  /// from would be lost, so it is included; a second reference to the root never is.
  public Shared proposed(Table table, Via via, ForeignKey key) {
    boolean mayBeAbsent =
        switch (via) {
          case Via.OfRoot(), Via.OfPolymorphic _ -> false;
          case Via.OfColumn(String column) -> !table.allRefuseNulls(List.of(column));
          case Via.OfForeignKey(String constraint) ->
              table
                  .foreignKey(constraint)
                  .filter(way -> table.allRefuseNulls(way.columns()))
                  .isEmpty();
        };
    return mayBeAbsent && !target(key).equals(root) ? Shared.INCLUDE : Shared.REFERENCE;
  }
}
