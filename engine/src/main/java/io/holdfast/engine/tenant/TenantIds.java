package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// How the database writes the id of a tenant. People write `01` for 1, and the digits of a UUID in
/// capitals; backups of one tenant have to be in one domain, or destroying that would leave some.
final class TenantIds {
  private TenantIds() {}

  /// The id of an existing row.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if there is none
  static String ofRow(ScopeMap map, ConnectionUrl url, String id) throws IOException {
    try (DatabaseSession session = open(url)) {
      String key = "t." + Identifiers.quoted(map.root().key());
      List<List<String>> found =
          session.query(
              "SELECT "
                  + key
                  + "::pg_catalog.text FROM "
                  + map.root().table().sql()
                  + " t WHERE "
                  + key
                  + " = "
                  + ScopeId.of(id).sql());
      if (found.isEmpty()) {
        throw TenantRows.noRow(map, id);
      }
      return found.getFirst().getFirst();
    } catch (ServerErrorException e) {
      // No value of the column's type.
      if (e.sqlState().startsWith("22")) {
        throw TenantRows.noRow(map, id);
      }
      throw e;
    }
  }

  /// How the database writes an id that nobody need have yet.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if no id can be so
  static String asWritten(ScopeMap map, ConnectionUrl url, String id) throws IOException {
    try (DatabaseSession session = open(url)) {
      List<String> types =
          session
              .query(
                  "SELECT pg_catalog.format_type(atttypid, atttypmod),"
                      + " pg_catalog.format_type(atttypid, NULL) FROM pg_catalog.pg_attribute"
                      + " WHERE attrelid = "
                      + SqlText.literal(map.root().table().sql())
                      + "::pg_catalog.regclass AND NOT attisdropped AND attname = "
                      + SqlText.literal(map.root().key()))
              .getFirst();
      String value = "SELECT " + ScopeId.of(id).sql() + "::";
      String written = session.value(value + types.get(0) + "::pg_catalog.text");
      String loose = types.get(1).equals("character") ? "text" : types.get(1);
      String whole = session.value(value + loose + "::pg_catalog.text");
      if (!written.stripTrailing().equals(whole.stripTrailing())) {
        throw unsuitable(map, id);
      }
      return written;
    } catch (ServerErrorException e) {
      if (e.sqlState().startsWith("22")) {
        throw unsuitable(map, id);
      }
      throw e;
    }
  }

  private static BackupException unsuitable(ScopeMap map, String id) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        id + " cannot be the " + map.root().key() + " of " + map.root().table(),
        "Give the id that the copy is to have, as that column takes it.");
  }

  /// A session in which the server says ids as backups have them.
  static DatabaseSession open(ConnectionUrl url) throws IOException {
    return DatabaseSession.open(
        url,
        "holdfast tenant",
        Map.of("search_path", "", "row_security", "off", "TimeZone", "UTC"),
        new Cancellation());
  }
}
