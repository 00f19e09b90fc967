package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/// Finds owned tables by what people call them.
final class OwnedNames {
  private OwnedNames() {}

  /// @param names as `schema.table`, or export names
  /// @throws BackupException `BAD_ARGUMENT` if the scope owns no such table
  static SortedSet<QualifiedName> of(Collection<String> names, ScopeMap map) {
    SortedSet<QualifiedName> tables = new TreeSet<>();
    names.forEach(name -> tables.add(of(name, map)));
    return tables;
  }

  private static QualifiedName of(String text, ScopeMap map) {
    return map.owned().keySet().stream()
        .filter(name -> name.text().equals(text) || map.exportName(name).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    "scope " + map.name() + " owns no table " + text,
                    "Name a table as schema.table, or by its export name."));
  }
}
