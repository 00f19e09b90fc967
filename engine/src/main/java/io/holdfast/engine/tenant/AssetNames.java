package io.holdfast.engine.tenant;

import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.scope.AssetGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which files and large objects a backup takes. *Confined.*
final class AssetNames {
  private final DatabaseSession session;
  private final ScopeQueries queries;
  private final OwnAssets own;
  private final SharedAssets shared;
  private final List<String> warnings;

  /// @param warnings gets what is left out
  AssetNames(
      DatabaseSession session,
      ScopeQueries queries,
      OwnAssets own,
      SharedAssets shared,
      List<String> warnings) {
    this.session = session;
    this.queries = queries;
    this.own = own;
    this.shared = shared;
    this.warnings = warnings;
  }

  /// The names that rows have, without those that are not the tenant's to ask for.
  List<String> files(String name, AssetGroup.FileGroup group, AssetStore store) throws IOException {
    String query = queries.files(group.table(), group.key());
    Set<String> others =
        switch (shared) {
          case INCLUDED -> Set.of();
          case LEFT_OUT -> firsts(own.others().files(group.store(), store.directory(), query));
        };
    LeftAlone left = new LeftAlone("files of group " + name + " are left out: ");
    List<String> keys = new ArrayList<>();
    for (List<String> row : session.query(query)) {
      String key = row.getFirst();
      switch (own.of(group, key)) {
        case OWN -> keys.add(key);
        case FOREIGN -> left.add(LeftAlone.Why.NAMED_ELSEWISE, key);
        case ANY -> {
          if (others.contains(key)) {
            left.add(LeftAlone.Why.NAMED_BY_OTHERS, key);
          } else {
            keys.add(key);
          }
        }
      }
    }
    warnings.addAll(left.texts());
    return keys;
  }

  /// The numbers that rows have, likewise.
  List<Long> largeObjects(String name, AssetGroup.LargeObjectGroup group) throws IOException {
    String query = queries.largeObjects(group.table(), group.column());
    Set<String> others =
        switch (shared) {
          case INCLUDED -> Set.of();
          case LEFT_OUT -> firsts(own.others().largeObjects(query));
        };
    LeftAlone left = new LeftAlone("large objects of group " + name + " are left out: ");
    List<Long> numbers = new ArrayList<>();
    for (List<String> row : session.query(query)) {
      String number = row.getFirst();
      if (others.contains(number)) {
        left.add(LeftAlone.Why.NAMED_BY_OTHERS, number);
      } else {
        numbers.add(Long.parseLong(number));
      }
    }
    warnings.addAll(left.texts());
    return numbers;
  }

  private Set<String> firsts(String query) throws IOException {
    return session.query(query).stream().map(List::getFirst).collect(Collectors.toSet());
  }
}
