package io.holdfast.engine.tenant;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.closure.NamesOfOthers;
import io.holdfast.tenant.closure.OuterScope;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.List;
import java.util.Optional;

/// What is a tenant's own of what its rows name: within an enclosing scope, what is that one's.
///
/// @param others what rows of others name
record OwnAssets(List<Scope> scopes, NamesOfOthers others) {
  OwnAssets {
    scopes = List.copyOf(scopes);
  }

  /// Who may have files by the patterns of a map.
  ///
  /// @param id as the database writes it
  record Scope(ScopeMap map, String id) {}

  /// What a file's name says of whose it is.
  enum Name {
    /// The map says that such names are the tenant's.
    OWN,
    /// The map says that they are not.
    FOREIGN,
    /// The map does not say.
    ANY
  }

  static OwnAssets of(
      ScopeMap map,
      String id,
      Catalog catalog,
      Optional<Enclosing> enclosing,
      Optional<OuterScope> outer) {
    Scope inner = new Scope(map, id);
    return enclosing.isPresent() && outer.isPresent()
        ? new OwnAssets(
            List.of(inner, new Scope(enclosing.get().map(), enclosing.get().id())),
            outer.get().others())
        : new OwnAssets(List.of(inner), new NamesOfOthers(map, catalog, ScopeId.of(id)));
  }

  Name of(AssetGroup.FileGroup group, String key) {
    Name said = Name.ANY;
    for (Scope scope : scopes) {
      for (AssetGroup each : scope.map().assets().values()) {
        if (each instanceof AssetGroup.FileGroup(var table, var column, var _, var keys)
            && keys.isPresent()
            && table.equals(group.table())
            && column.equals(group.key())) {
          if (!keys.get().fits(key, scope.id())) {
            return Name.FOREIGN;
          }
          said = Name.OWN;
        }
      }
    }
    return said;
  }
}
