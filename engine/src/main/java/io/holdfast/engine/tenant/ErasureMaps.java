package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.repository.Repository;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.check.ScopeCheck;
import io.holdfast.tenant.scope.FittedMap;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Finds for each scope a map that fits a database, which may be older or newer than what was
/// erased: the one that was given, those of the erasures, those of backups, then any of these as
/// far as it fits.
final class ErasureMaps {
  private static final int SHOWN_MAX = 5;

  private final Repository repository;
  private final Erasures known;
  private final String source;
  private final Optional<Path> given;
  private final List<String> remarks = new ArrayList<>();

  ErasureMaps(Repository repository, Erasures known, String source, Optional<Path> given) {
    this.repository = repository;
    this.known = known;
    this.source = source;
    this.given = given;
  }

  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if there is none
  Map<String, ScopeMap> choose(SqlConnection sql, Set<String> scopes) throws IOException {
    Map<String, ScopeMap> maps = new TreeMap<>();
    Catalog catalog = CatalogReader.read(sql);
    Optional<ScopeMap> own = given.map(file -> Scopes.load(file, catalog));
    for (String scope : scopes) {
      Optional<ScopeMap> ofUser = own.filter(map -> map.name().equals(scope));
      maps.put(
          scope,
          ofUser.isPresent()
              ? first(List.of(ofUser.get()), catalog, sql).orElseThrow(() -> none(scope))
              : choose(scope, catalog, sql));
    }
    return maps;
  }

  private ScopeMap choose(String scope, Catalog catalog, SqlConnection sql) throws IOException {
    List<ScopeMap> candidates = new ArrayList<>(known.maps(scope));
    candidates.addAll(ErasureRegister.ofBackups(repository, source, scope));
    Optional<ScopeMap> whole = first(candidates, catalog, sql);
    if (whole.isPresent()) {
      return whole.get();
    }
    // What an owned table is besides is no matter here: foreign keys are those of now.
    Optional<ScopeMap> ofAnySchema =
        first(candidates.stream().map(ScopeMap::withoutSchema).toList(), catalog, sql);
    if (ofAnySchema.isPresent()) {
      return ofAnySchema.get();
    }
    for (ScopeMap candidate : candidates) {
      FittedMap fitted = FittedMap.of(candidate, catalog);
      if (ScopeCheck.check(fitted.map(), catalog, sql).isFit()) {
        remark(scope, fitted);
        return fitted.map();
      }
    }
    throw none(scope);
  }

  private static Optional<ScopeMap> first(
      List<ScopeMap> candidates, Catalog catalog, SqlConnection sql) {
    return candidates.stream()
        .filter(map -> ScopeCheck.check(map, catalog, sql).isFit())
        .findFirst();
  }

  private void remark(String scope, FittedMap fitted) {
    if (!fitted.unknown().isEmpty()) {
      remarks.add(
          "no scope map of "
              + scope
              + " speaks of "
              + fitted.unknown().stream()
                  .limit(SHOWN_MAX)
                  .map(QualifiedName::text)
                  .collect(Collectors.joining(", "))
              + (fitted.unknown().size() > SHOWN_MAX
                  ? " and " + (fitted.unknown().size() - SHOWN_MAX) + " more tables"
                  : "")
              + ": rows there stay, unless the database deletes them along with others");
    }
  }

  private static BackupException none(String scope) {
    return new BackupException(
        ErrorCode.SCOPE_MAP_UNSUITABLE,
        "no scope map of "
            + scope
            + " fits the database, so nobody knows what goes with an erased row",
        "Give one that does, with --scope FILE; 'holdfast scope check FILE' says what is wrong with"
            + " one.");
  }

  /// What a person should know of the maps that were chosen.
  List<String> remarks() {
    return List.copyOf(remarks);
  }
}
