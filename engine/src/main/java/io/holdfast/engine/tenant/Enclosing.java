package io.holdfast.engine.tenant;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.closure.OuterScope;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;

/// A tenant within which a smaller scope has to lie, found in the database.
///
/// @param id as the database writes it
record Enclosing(ScopeMap map, String id, Catalog catalog) {
  /// Finds it.
  ///
  /// @throws io.holdfast.base.BackupException `SCOPE_MAP_UNSUITABLE` if its map does not fit the
  ///   database; `BAD_ARGUMENT` if it is not there
  static Enclosing of(Within within, ConnectionUrl url) throws IOException {
    try (SqlConnection sql = SqlConnection.open(url, TenantTarget.APPLICATION)) {
      Catalog catalog = CatalogReader.read(sql);
      ScopeMap map = Scopes.loadFit(within.map(), catalog, sql);
      return new Enclosing(map, TenantIds.ofRow(map, url, within.id()), catalog);
    }
  }

  /// @throws io.holdfast.base.BackupException `SCOPE_MAP_UNSUITABLE` if its map does not own all
  ///   that the smaller scope owns
  void requireAround(ScopeMap inner) {
    var _ = around(inner, catalog);
  }

  /// As seen by those who have locked the tables.
  OuterScope around(ScopeMap inner, Catalog now) {
    return OuterScope.of(map, id, inner, now);
  }

  /// Refuses a root that is somebody else's before anything is locked, opened or made for it:
  /// otherwise what goes wrong on the way would tell that it is there. What counts is asked later.
  void refuseOthers(ScopeMap inner, ConnectionUrl url, String innerId) throws IOException {
    OuterScope outer = around(inner, catalog);
    try (DatabaseSession session = TenantIds.open(url)) {
      outer.requireNoOthersRoot(session, innerId);
    }
  }

  /// The same for a root that has to be there.
  ///
  /// @param shown the id as the caller gave it
  void requireOwn(ScopeMap inner, ConnectionUrl url, String innerId, String shown)
      throws IOException {
    OuterScope outer = around(inner, catalog);
    try (DatabaseSession session = TenantIds.open(url)) {
      outer.requireRoot(session, innerId, shown);
    }
  }
}
