package io.holdfast.tenant.check;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.VirtualReference;
import java.util.List;
import java.util.Optional;

/// Looks whether the columns that the map names are there.
final class NameExam {
  private final ScopeMap map;
  private final Catalog catalog;
  private final Findings findings;

  NameExam(ScopeMap map, Catalog catalog, Findings findings) {
    this.map = map;
    this.catalog = catalog;
    this.findings = findings;
  }

  void run() {
    map.owned()
        .forEach((table, owned) -> require(table, owned.largeObjects(), "owned.largeObjects"));
    map.referenced()
        .forEach((table, referenced) -> require(table, referenced.match(), "referenced.match"));
    map.columns().keySet().forEach(column -> require(column, "columns"));
    for (VirtualReference reference : map.virtualReferences()) {
      require(reference.from(), "virtualReferences");
      require(reference.to(), "virtualReferences");
    }
    map.assets()
        .forEach(
            (name, group) ->
                require(
                    group.table(),
                    switch (group) {
                      case AssetGroup.FileGroup files -> List.of(files.key());
                      case AssetGroup.LargeObjectGroup objects -> List.of(objects.column());
                    },
                    "assets." + name));
  }

  private void require(QualifiedName name, List<String> columns, String where) {
    Optional<Table> table = catalog.table(name);
    for (String column : columns) {
      if (table.isPresent() && table.get().column(column).isEmpty()) {
        findings.add(
            FindingCode.COLUMN_MISSING,
            name,
            where + " names column " + column + ", which is not there",
            "Correct the name, or take it out.");
      }
    }
  }

  private void require(ColumnName column, String where) {
    if (catalog.table(column.table()).isEmpty()) {
      findings.add(
          FindingCode.TABLE_MISSING,
          column.table(),
          where + " names this table, which is not there",
          "Correct the name, or take it out.");
    }
    require(column.table(), List.of(column.column()), where);
  }
}
