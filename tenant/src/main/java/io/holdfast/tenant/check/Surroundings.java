package io.holdfast.tenant.check;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.catalog.Table.Visibility;
import io.holdfast.tenant.catalog.Trigger;
import io.holdfast.tenant.closure.Link;
import io.holdfast.tenant.closure.Links;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Triggers;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at what makes exports slow and restores surprising.
final class Surroundings {
  private final ScopeMap map;
  private final Catalog catalog;
  private final Findings findings;
  private final Links links;

  Surroundings(ScopeMap map, Catalog catalog, Findings findings) {
    this.map = map;
    this.catalog = catalog;
    this.findings = findings;
    links = new Links(map, catalog);
  }

  void run() {
    map.owned()
        .forEach(
            (name, owned) ->
                catalog
                    .table(name)
                    .ifPresent(
                        table -> {
                          cascades(table);
                          hidden(table);
                          indexes(table, owned);
                          keys(table);
                          columns(table, owned);
                          triggers(table);
                        }));
    map.assets().forEach(this::names);
    catalog.classifiable().forEach(this::leftOut);
  }

  /// What rows of others name is looked for by each backup for an account, and each restore.
  private void names(String name, AssetGroup group) {
    Optional<Table> table =
        catalog.table(group.table()).filter(it -> it.column(group.column()).isPresent());
    if (table.filter(it -> !it.hasIndexOn(List.of(group.column()))).isPresent()) {
      findings.add(
          FindingCode.NAMES_UNINDEXED,
          group.table(),
          "no index begins with "
              + group.column()
              + ", so the whole table is read to see whether rows of others name what is in "
              + name,
          createIndex(group.table(), List.of(group.column())));
    }
  }

  /// Deleting an owned row must not touch rows that the scope does not own.
  private void cascades(Table table) {
    for (ForeignKey key : catalog.foreignKeysTo(table.name())) {
      QualifiedName child = catalog.whole(key.table()).map(Table::name).orElse(key.table());
      Optional<Owned> owned = map.owned(child);
      boolean reference =
          owned.isPresent() && owned.get().shared().get(key.name()) == Shared.REFERENCE;
      if (key.onDelete().touchesRows() && (owned.isEmpty() || reference)) {
        findings.add(
            FindingCode.CASCADE_LEAVES_SCOPE,
            child,
            "deleting rows of "
                + table.name()
                + (owned.isEmpty()
                    ? " changes rows of this table, which is not owned: "
                    : " changes rows of this table that may be of another scope: ")
                + key.name()
                + " on delete "
                + key.onDelete().words(),
            "A restore refuses to delete where that would happen; own the rows, or take the action"
                + " from the key.");
      }
    }
  }

  private void hidden(Table table) {
    if (table.visibility() == Visibility.BY_POLICY) {
      findings.add(
          FindingCode.ROWS_HIDDEN,
          table.name(),
          "row-level security hides rows of it from role " + catalog.role().name(),
          "Give the role that takes backups BYPASSRLS; without it they are refused.");
    }
  }

  private void indexes(Table table, Owned owned) {
    switch (owned.via()) {
      case Via.OfRoot() -> {}
      case Via.OfColumn(String column) -> index(table, List.of(column));
      case Via.OfForeignKey _ -> {}
      case Via.OfPolymorphic way -> index(table, List.of(way.typeColumn(), way.idColumn()));
    }
    for (Link link : links.of(table.name())) {
      if (link instanceof Link.ByKey way) {
        index(table, way.key().columns());
      }
    }
  }

  private void index(Table table, List<String> columns) {
    if (!table.hasIndexOn(columns) && columns.stream().allMatch(c -> table.column(c).isPresent())) {
      findings.add(
          FindingCode.INDEX_MISSING,
          table.name(),
          "no index begins with " + String.join(", ", columns) + ", so the whole table is read",
          createIndex(table.name(), columns));
    }
  }

  private static String createIndex(QualifiedName table, List<String> columns) {
    return "CREATE INDEX ON "
        + table.text()
        + " ("
        + String.join(", ", columns.stream().map(Identifiers::text).toList())
        + ");";
  }

  private void keys(Table table) {
    for (Key key : table.keys()) {
      if (key.timing() == Key.Timing.DEFERRABLE) {
        findings.add(
            FindingCode.KEY_DEFERRABLE,
            table.name(),
            "key " + key.name() + " is deferrable, which ON CONFLICT cannot use",
            "A restore compares rows of this table before it writes; nothing is to be done.");
      }
    }
  }

  private void columns(Table table, Owned owned) {
    List<String> generated =
        table.columns().stream().filter(Column::isGenerated).map(Column::name).toList();
    if (!generated.isEmpty()) {
      findings.add(
          FindingCode.COLUMNS_GENERATED,
          table.name(),
          "the server computes " + String.join(", ", generated),
          "A restore leaves them out and compares them afterwards; nothing is to be done.");
    }
    List<String> possible = new ArrayList<>();
    for (Column column : table.columns()) {
      if ((column.type().equals("oid") || column.type().endsWith(".lo"))
          && !owned.largeObjects().contains(column.name())
          && !isAsset(table, column)) {
        possible.add(column.name());
      }
    }
    if (!possible.isEmpty()) {
      findings.add(
          FindingCode.LARGE_OBJECTS_POSSIBLE,
          table.name(),
          String.join(", ", possible) + " may hold numbers of large objects",
          "If so, list them under largeObjects: else the objects are not in the backup.");
    }
  }

  private boolean isAsset(Table table, Column column) {
    return map.assets()
        .values()
        .contains(new AssetGroup.LargeObjectGroup(table.name(), column.name()));
  }

  private void triggers(Table table) {
    List<String> names =
        table.triggers().stream()
            .filter(trigger -> trigger.firing() != Trigger.Firing.REPLICA)
            .map(Trigger::name)
            .toList();
    if (!names.isEmpty() && map.triggers() == Triggers.FIRE) {
      findings.add(
          FindingCode.TRIGGERS_FIRE,
          table.name(),
          "a restore lets triggers fire: " + String.join(", ", names),
          "Rows that they change are reported; 'triggers: replica' keeps them quiet and needs the"
              + " privilege to set session_replication_role.");
    }
  }

  private void leftOut(Table table) {
    if (map.owned(table.name()).isEmpty()
        && map.tenantColumn().flatMap(table::column).isPresent()) {
      findings.add(
          FindingCode.TENANT_COLUMN_LEFT_OUT,
          table.name(),
          "the table has the tenant column " + map.tenantColumn().orElse("") + " and is not owned",
          "Make sure that its rows are not wanted.");
    }
  }
}
