package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.Column.Identity;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ColumnRule;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The tables of a restore, those that are pointed to first, held against what a backup has of
/// them.
final class RestoreTables {
  private final ScopeMap map;
  private final Catalog catalog;
  private final CopyRules copy;
  private final List<StagedTable> tables = new ArrayList<>();
  private final Map<QualifiedName, StagedTable> byName = new HashMap<>();
  private final List<String> remarks = new ArrayList<>();
  private final Set<QualifiedName> newer = new HashSet<>();

  /// @throws BackupException `SCHEMA_DIFFERS` if the backup has what the target cannot take, or
  ///   lacks what it must have
  RestoreTables(
      ScopeMap map, Catalog catalog, TenantRows rows, List<BackedUpTable> backup, CopyRules copy) {
    this.copy = copy;
    this.map = map;
    this.catalog = catalog;
    Map<QualifiedName, BackedUpTable> stored = new HashMap<>();
    backup.forEach(table -> stored.put(table.name(), table));
    for (QualifiedName name : rows.order().stream().flatMap(List::stream).toList()) {
      BackedUpTable table = stored.remove(name);
      add(table == null ? newer(name) : table);
    }
    if (!stored.isEmpty()) {
      throw differs(
          "the backup has table "
              + stored.keySet().stream().min(QualifiedName::compareTo).orElseThrow()
              + ", which is not among the tables that the scope map says the tenant owns",
          "Give a scope map that owns it too, with --scope FILE.");
    }
  }

  /// A table that came since, or was left out: nothing of it is in the backup, and all of it stays.
  private BackedUpTable newer(QualifiedName name) {
    Table table = require(name);
    List<Column> columns =
        table.columns().stream().filter(column -> !column.isGenerated()).toList();
    newer.add(name);
    remarks.add("table " + name + " is not in the backup: its rows stay as they are");
    return new BackedUpTable(
        name,
        map.exportName(name),
        columns.stream().map(Column::name).toList(),
        columns.stream().map(Column::type).toList());
  }

  private Table require(QualifiedName name) {
    return catalog
        .table(name)
        .orElseThrow(
            () ->
                differs(
                    "the database has no table " + name,
                    "Restore into a database with the schema of the backup."));
  }

  /// Whether the backup knows nothing of a table.
  boolean isNewer(StagedTable staged) {
    return newer.contains(staged.name());
  }

  private void add(BackedUpTable stored) {
    Table table = require(stored.name());
    requireColumns(table, stored);
    Set<String> kept = new HashSet<>();
    for (String name : stored.columns()) {
      Column column = table.column(name).orElseThrow();
      boolean key = table.identifyingKey().orElseThrow().columns().contains(name);
      if (!key && column.identity() == Identity.ALWAYS) {
        kept.add(name);
      }
      if (rule(table.name(), name).onRestore() instanceof ColumnRule.OnRestore.KeepTarget) {
        kept.add(name);
      }
    }
    StagedTable staged =
        new StagedTable(
            tables.size(),
            table,
            stored.exportName(),
            stored.columns(),
            kept,
            pointedTo(table, kept),
            renumbered(table, stored));
    tables.add(staged);
    byName.put(table.name(), staged);
  }

  /// Those of the columns that a foreign key points to.
  private Set<String> pointedTo(Table table, Set<String> columns) {
    Set<String> pointedTo = new HashSet<>();
    for (Table other : catalog.tables().values()) {
      for (ForeignKey key : other.foreignKeys()) {
        if (catalog.whole(key.target()).map(Table::name).filter(table.name()::equals).isPresent()) {
          pointedTo.addAll(key.targetColumns());
        }
      }
    }
    pointedTo.retainAll(columns);
    return pointedTo;
  }

  private Set<String> renumbered(Table table, BackedUpTable stored) {
    Set<String> renumbered = new HashSet<>(objects(table));
    stored.columns().stream()
        .filter(
            name ->
                rule(table.name(), name).onRestore() instanceof ColumnRule.OnRestore.Expression
                    || copy.isFleeting(new ColumnName(table.name(), name)))
        .forEach(renumbered::add);
    return renumbered;
  }

  private Set<String> objects(Table table) {
    return map.assets().values().stream()
        .flatMap(
            group ->
                group instanceof AssetGroup.LargeObjectGroup(var name, var column)
                        && name.equals(table.name())
                    ? Stream.of(column)
                    : Stream.empty())
        .collect(Collectors.toSet());
  }

  private void requireColumns(Table table, BackedUpTable stored) {
    List<String> strangers =
        stored.columns().stream()
            .filter(name -> table.column(name).filter(column -> !column.isGenerated()).isEmpty())
            .toList();
    if (!strangers.isEmpty()) {
      throw differs(
          table.name() + " has no column " + strangers.getFirst() + " to take what the backup has",
          "Restore into a database with the schema of the backup.");
    }
    for (Column column : table.columns()) {
      if (stored.columns().contains(column.name()) || column.isGenerated()) {
        continue;
      }
      boolean filled =
          column.isNullable()
              || column.expression().isPresent()
              || column.identity() != Identity.NONE;
      if (!filled || table.identifyingKey().orElseThrow().columns().contains(column.name())) {
        throw differs(
            "the backup has nothing for column "
                + column.name()
                + " of "
                + table.name()
                + ", which has no default and must not be null",
            "Give the column a default, or restore into a database with the schema of the backup.");
      }
      remarks.add(
          "column "
              + column.name()
              + " of "
              + table.name()
              + " is newer than the backup: new rows get its default");
    }
    for (int i = 0; i < stored.columns().size(); i++) {
      String name = stored.columns().get(i);
      String now = table.column(name).orElseThrow().type();
      if (!now.equals(stored.types().get(i))) {
        remarks.add(
            "column "
                + name
                + " of "
                + table.name()
                + " was "
                + stored.types().get(i)
                + " and is "
                + now);
      }
    }
  }

  static BackupException differs(String what, String hint) {
    return new BackupException(ErrorCode.SCHEMA_DIFFERS, what, hint);
  }

  /// What differs and does no harm.
  List<String> remarks() {
    return remarks;
  }

  List<StagedTable> all() {
    return tables;
  }

  Optional<StagedTable> find(QualifiedName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// The staged table that holds rows of this one, which may be a part of it.
  Optional<StagedTable> holding(QualifiedName name) {
    return catalog.whole(name).map(Table::name).flatMap(this::find);
  }

  Catalog catalog() {
    return catalog;
  }

  ScopeMap map() {
    return map;
  }

  /// Foreign keys of any table that point to this one or to a part of it.
  List<ForeignKey> foreignKeysTo(StagedTable target) {
    return catalog.tables().values().stream()
        .flatMap(table -> table.foreignKeys().stream())
        .filter(key -> holding(key.target()).filter(target::equals).isPresent())
        .collect(Collectors.toList());
  }

  /// What is to become of a column.
  ColumnRule rule(QualifiedName table, String column) {
    return map.columns()
        .getOrDefault(
            new ColumnName(table, column),
            new ColumnRule(new ColumnRule.OnRestore.Backup(), new ColumnRule.OnClone.Copy()));
  }
}
