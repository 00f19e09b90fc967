package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.column;

import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What only rows have that are to be deleted. *Confined.*
final class ErasedAssets {
  private final DatabaseSession session;
  private final RestoreTables tables;

  ErasedAssets(DatabaseSession session, RestoreTables tables) {
    this.session = session;
    this.tables = tables;
  }

  /// How many files of each group; groups without any are left out.
  SortedMap<String, Long> files() throws IOException {
    SortedMap<String, Long> files = new TreeMap<>();
    for (Map.Entry<String, AssetGroup> entry : tables.map().assets().entrySet()) {
      if (entry.getValue() instanceof AssetGroup.FileGroup(var table, var key, var store, var _)) {
        StagedTable staged = tables.find(table).orElseThrow();
        long count =
            Long.parseLong(
                session.value(
                    "SELECT pg_catalog.count(*) FROM (SELECT DISTINCT "
                        + column("t", key)
                        + leaving(staged, key, "text", fileColumns(store))
                        + ") files"));
        if (count > 0) {
          files.put(entry.getKey(), count);
        }
      }
    }
    return files;
  }

  /// Deletes large objects; before the rows.
  ///
  /// @return how many
  long unlink() throws IOException {
    long objects = 0;
    for (StagedTable staged : tables.all()) {
      for (String column : objectColumns(staged)) {
        String number = column("t", column) + "::pg_catalog.oid";
        objects +=
            Long.parseLong(
                session.value(
                    "SELECT pg_catalog.count(pg_catalog.lo_unlink(gone.number)) FROM (SELECT"
                        + " DISTINCT "
                        + number
                        + " AS number"
                        + leaving(staged, column, "oid", objectColumns())
                        + " AND EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata m WHERE"
                        + " m.oid = "
                        + number
                        + ")) gone"));
      }
    }
    return objects;
  }

  /// All columns that name files of a store.
  private List<ColumnName> fileColumns(String store) {
    List<ColumnName> columns = new ArrayList<>();
    for (AssetGroup group : tables.map().assets().values()) {
      if (group instanceof AssetGroup.FileGroup(var table, var key, var in, var _)
          && in.equals(store)) {
        columns.add(new ColumnName(table, key));
      }
    }
    return columns;
  }

  private List<ColumnName> objectColumns() {
    return tables.all().stream()
        .flatMap(
            staged ->
                objectColumns(staged).stream().map(name -> new ColumnName(staged.name(), name)))
        .toList();
  }

  private Set<String> objectColumns(StagedTable staged) {
    Set<String> columns = new LinkedHashSet<>();
    tables.map().owned(staged.name()).ifPresent(owned -> columns.addAll(owned.largeObjects()));
    for (AssetGroup group : tables.map().assets().values()) {
      if (group instanceof AssetGroup.LargeObjectGroup(var table, var column)
          && table.equals(staged.name())) {
        columns.add(column);
      }
    }
    return columns;
  }

  /// From rows `t` that are to be deleted, with values that no row has which stays, in whatever
  /// column.
  private String leaving(StagedTable staged, String name, String type, List<ColumnName> columns) {
    return " FROM "
        + staged.extra()
        + " e JOIN "
        + staged.table().fromSql()
        + " t ON "
        + staged.sameKey("t", "e")
        + " WHERE e."
        + StagedTable.WRITE
        + " AND "
        + column("t", name)
        + " IS NOT NULL"
        + columns.stream()
            .map(other -> " AND NOT " + stays(other, column("t", name), type))
            .collect(Collectors.joining());
  }

  private String stays(ColumnName of, String value, String type) {
    StagedTable staged = tables.find(of.table()).orElseThrow();
    String cast = "::pg_catalog." + type;
    return "EXISTS (SELECT FROM "
        + staged.table().fromSql()
        + " u WHERE "
        + column("u", of.column())
        + cast
        + " = "
        + value
        + cast
        + (type.equals("text") ? " COLLATE \"C\"" : "")
        + " AND NOT EXISTS (SELECT FROM "
        + staged.extra()
        + " x WHERE x."
        + StagedTable.WRITE
        + " AND "
        + staged.sameKey("x", "u")
        + "))";
  }
}
