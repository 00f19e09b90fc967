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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final Set<QualifiedName> unknown = new TreeSet<>();

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
    own.map(ScopeMap::name)
        .filter(name -> !scopes.contains(name))
        .ifPresent(
            name ->
                remarks.add(
                    "the map that was given is not used: it is of "
                        + name
                        + ", and what was erased is of "
                        + String.join(", ", scopes)));
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
    Optional<ScopeMap> written = whole(candidates, catalog, sql);
    if (written.isPresent()) {
      return written.get();
    }
    List<ScopeMap> ofBackups = ErasureRegister.ofBackups(repository, source, scope);
    Optional<ScopeMap> backedUp = whole(ofBackups, catalog, sql);
    if (backedUp.isPresent()) {
      return backedUp.get();
    }
    candidates.addAll(ofBackups);
    Optional<FittedMap> fitted =
        candidates.stream()
            .map(candidate -> FittedMap.of(candidate, catalog))
            .filter(each -> ScopeCheck.check(each.map(), catalog, sql).isFit())
            .min(Comparator.comparingInt(each -> each.unknown().size()));
    if (fitted.isEmpty()) {
      throw none(scope);
    }
    remark(scope, fitted.get());
    unknown.addAll(fitted.get().unknown());
    return fitted.get().map();
  }

  /// What an owned table is besides is no matter here: foreign keys are those of now.
  private static Optional<ScopeMap> whole(
      List<ScopeMap> candidates, Catalog catalog, SqlConnection sql) {
    return first(candidates, catalog, sql)
        .or(() -> first(candidates.stream().map(ScopeMap::withoutSchema).toList(), catalog, sql));
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
              + ": rows there stay, and what they point to is not deleted if they would go with it");
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

  /// Tables that the maps that were chosen do not speak of.
  Set<QualifiedName> unknown() {
    return Set.copyOf(unknown);
  }

  /// What a person should know of the maps that were chosen.
  List<String> remarks() {
    return List.copyOf(remarks);
  }
}
