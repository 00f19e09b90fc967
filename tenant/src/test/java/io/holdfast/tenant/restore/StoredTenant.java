package io.holdfast.tenant.restore;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.export.ReferenceQuery;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.export.TableQuery;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a backup of one tenant has, in memory.
record StoredTenant(
    ScopeMap map,
    String id,
    List<BackedUpTable> tables,
    List<BackedUpReference> references,
    Map<String, byte[]> rows,
    Map<String, byte[]> undo,
    List<Earlier> earlier) {
  /// An earlier restore of the tenant that a copy goes to.
  ///
  /// @param said by it of itself
  record Earlier(Part part, Map<String, byte[]> said) {
    enum Part {
      RUN_OF_THE_COPY,
      OTHER
    }
  }

  static final Map<String, String> SETTINGS =
      Map.of("search_path", "", "row_security", "off", "jit", "off", "TimeZone", "UTC");

  /// Reads the tenant as a backup does.
  static StoredTenant read(ConnectionUrl url, ScopeMap map, String id) throws IOException {
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", SETTINGS, new Cancellation())) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      return read(session, TestDatabases.catalog(url), map, id);
    }
  }

  static StoredTenant read(DatabaseSession session, Catalog catalog, ScopeMap map, String id)
      throws IOException {
    ScopeQueries queries = new ScopeQueries(map, catalog, ScopeId.of(id));
    List<BackedUpTable> tables = new ArrayList<>();
    List<BackedUpReference> references = new ArrayList<>();
    Map<String, byte[]> rows = new HashMap<>();
    for (TableQuery query : queries.tables()) {
      tables.add(
          new BackedUpTable(
              query.table(),
              query.exportName(),
              query.columns().stream().map(Column::name).toList(),
              query.columns().stream().map(Column::type).toList()));
      rows.put(query.exportName(), copy(session, query.sql()));
    }
    for (ReferenceQuery query : queries.references()) {
      references.add(
          new BackedUpReference(
              query.table(), query.columns().stream().map(Column::name).toList(), query.match()));
      rows.put(query.table().text(), copy(session, query.sql()));
    }
    return new StoredTenant(map, id, tables, references, rows, Map.of(), List.of());
  }

  static byte[] copy(DatabaseSession session, String sql) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    session.copyOut("COPY (" + sql + ") TO STDOUT (ENCODING 'UTF8')", out::write);
    return out.toByteArray();
  }

  /// With what a restore says of itself: a safety backup.
  StoredTenant withUndo(Map<String, byte[]> undo) {
    return new StoredTenant(map, id, tables, references, rows, undo, earlier);
  }

  /// The same for a copy of which this run was before.
  StoredTenant afterRun(StoredTenant safety) {
    return after(new Earlier(Earlier.Part.RUN_OF_THE_COPY, safety.undo()));
  }

  /// The same for a copy since a run of which something else was done.
  StoredTenant afterOther(StoredTenant safety) {
    return after(new Earlier(Earlier.Part.OTHER, safety.undo()));
  }

  private StoredTenant after(Earlier one) {
    List<Earlier> all = new ArrayList<>(earlier);
    all.add(one);
    return new StoredTenant(map, id, tables, references, rows, undo, all);
  }
}
