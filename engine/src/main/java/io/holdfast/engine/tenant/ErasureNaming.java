package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.restore.ErasedRow;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Finds out how the server writes what people write, and whose row it is. *Confined.*
record ErasureNaming(DatabaseSession session, ScopeMap map, Catalog catalog) {
  String tenant(String id) throws IOException {
    return value(map.root().table(), map.root().key(), id);
  }

  private String value(QualifiedName table, String column, String text) throws IOException {
    String type = catalog.table(table).orElseThrow().column(column).orElseThrow().type();
    try {
      return session.value(
          "SELECT (" + ScopeId.of(text).sql() + "::" + type + ")::pg_catalog.text");
    } catch (ServerErrorException e) {
      if (!e.sqlState().startsWith("22")) {
        throw e;
      }
      throw Erasures.bad(
          "column " + column + " of " + table + " takes no " + text, "It is of type " + type + ".");
    }
  }

  ErasedRow row(String name, SortedMap<String, String> key) throws IOException {
    QualifiedName table =
        map.owned().keySet().stream()
            .filter(one -> one.text().equals(name) || map.exportName(one).equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    Erasures.bad(
                        "scope " + map.name() + " owns no table " + name,
                        "Name a table as schema.table, or by its export name."));
    List<String> columns =
        catalog.table(table).flatMap(Table::identifyingKey).orElseThrow().columns();
    if (!Set.copyOf(columns).equals(key.keySet())) {
      throw Erasures.bad(
          "the key of " + table + " is " + String.join(", ", columns),
          "Give --key COLUMN=VALUE for each of its columns.");
    }
    TreeMap<String, String> written = new TreeMap<>();
    for (Map.Entry<String, String> entry : key.entrySet()) {
      written.put(entry.getKey(), value(table, entry.getKey(), entry.getValue()));
    }
    return asItStands(new ErasedRow(table, written));
  }

  /// With the key as the row has it, if it is there: `1` and `1.0` are the same number, and two
  /// texts.
  private ErasedRow asItStands(ErasedRow row) throws IOException {
    List<String> columns = List.copyOf(row.key().keySet());
    List<List<String>> found =
        session.query(
            "SELECT "
                + columns.stream()
                    .map(column -> "k." + Identifiers.quoted(column) + "::pg_catalog.text")
                    .collect(Collectors.joining(", "))
                + " FROM "
                + catalog.table(row.table()).orElseThrow().fromSql()
                + " k WHERE "
                + same(row)
                + " LIMIT 2");
    if (found.size() != 1) {
      return row;
    }
    TreeMap<String, String> written = new TreeMap<>();
    for (int i = 0; i < columns.size(); i++) {
      written.put(columns.get(i), found.getFirst().get(i));
    }
    return new ErasedRow(row.table(), written);
  }

  private static String same(ErasedRow row) {
    return row.key().entrySet().stream()
        .map(
            entry ->
                "k."
                    + Identifiers.quoted(entry.getKey())
                    + " = "
                    + SqlText.literal(entry.getValue()))
        .collect(Collectors.joining(" AND "));
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is there and not of this tenant
  boolean isThere(ErasedRow row, String tenant) throws IOException {
    Table table = catalog.table(row.table()).orElseThrow();
    String same = same(row);
    String count = "SELECT pg_catalog.count(*) FROM ";
    if (session.value(count + table.fromSql() + " k WHERE " + same).equals("0")) {
      return false;
    }
    String own =
        TenantRows.of(map, catalog)
            .of(row.table(), ScopeId.of(tenant))
            .select(List.copyOf(row.key().keySet()));
    if (session.value(count + "(" + own + ") k WHERE " + same).equals("0")) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          row + " is not a row of " + map.name() + " " + tenant,
          "Nothing was written down. Look whose row it is, and give its tenant with --id.");
    }
    return true;
  }
}
