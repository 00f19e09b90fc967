package io.holdfast.tenant.catalog;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The user's tables of one database at one moment: not those of the system nor of extensions, and
/// no temporary ones.
///
/// @param tables with their partitions, by name
/// @param ownEquality types, as columns have them, for which `=` is an operator of their own
public record Catalog(
    int serverVersionNum,
    Role role,
    SortedMap<QualifiedName, Table> tables,
    Set<String> ownEquality) {
  /// Who asked.
  ///
  /// @param bypassesRowSecurity as a superuser does, or a role with BYPASSRLS
  public record Role(String name, boolean bypassesRowSecurity) {}

  public Catalog {
    tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
    ownEquality = Set.copyOf(ownEquality);
  }

  /// Makes one of its tables, in any order.
  public static Catalog of(int serverVersionNum, Role role, Collection<Table> tables) {
    SortedMap<QualifiedName, Table> byName = new TreeMap<>();
    tables.forEach(table -> byName.put(table.name(), table));
    return new Catalog(serverVersionNum, role, byName, Set.of());
  }

  Catalog withOwnEquality(Set<String> types) {
    return new Catalog(serverVersionNum, role, tables, types);
  }

  public Optional<Table> table(QualifiedName name) {
    return Optional.ofNullable(tables.get(name));
  }

  /// Those that a scope map speaks of: all but partitions, which belong to the table above them.
  public List<Table> classifiable() {
    return tables.values().stream().filter(table -> !table.isPartition()).toList();
  }

  /// The table that holds the rows of this one: itself, or for a partition the topmost above it.
  public Optional<Table> whole(QualifiedName name) {
    Optional<Table> table = table(name);
    for (int depth = 0; depth < tables.size() && table.isPresent(); depth++) {
      Optional<QualifiedName> parent = table.get().parent();
      if (parent.isEmpty()) {
        return table;
      }
      table = table(parent.get());
    }
    return table;
  }

  /// Foreign keys of any table that point to this one, ordered by table and name.
  public List<ForeignKey> foreignKeysTo(QualifiedName target) {
    return tables.values().stream()
        .flatMap(table -> table.foreignKeys().stream())
        .filter(key -> key.target().equals(target))
        .toList();
  }
}
