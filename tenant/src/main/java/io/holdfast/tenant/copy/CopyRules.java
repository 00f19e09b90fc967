package io.holdfast.tenant.copy;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// What becomes of the columns of a tenant's rows in a copy.
///
/// @param groups columns that change, each in one group
/// @param direct columns that get what this SQL gives, each row for itself
/// @param following columns in which such ids stand within something else, or by a type, and change
///   with them
/// @param doubtful columns that look as if they held ids, and of which nothing says whose
public record CopyRules(
    List<ValueGroup> groups,
    NavigableMap<ColumnName, String> direct,
    Map<ColumnName, List<ValueGroup>> following,
    List<ColumnName> doubtful) {
  public CopyRules {
    groups = List.copyOf(groups);
    direct = Collections.unmodifiableNavigableMap(new TreeMap<>(direct));
    following = Map.copyOf(following);
    doubtful = List.copyOf(doubtful);
  }

  /// Nothing changes.
  public static CopyRules none() {
    return new CopyRules(List.of(), new TreeMap<>(), Map.of(), List.of());
  }

  /// Finds them out.
  ///
  /// @throws io.holdfast.base.BackupException `SCOPE_MAP_UNSUITABLE` if a key cannot be made anew
  ///   and the map does not say how
  public static CopyRules of(ScopeMap map, Catalog catalog) {
    return new CopyRulesFinding(map, catalog).find();
  }

  /// The group of a column that changes with others.
  public Optional<ValueGroup> groupOf(ColumnName column) {
    return Optional.ofNullable(byColumn().get(column));
  }

  private Map<ColumnName, ValueGroup> byColumn() {
    Map<ColumnName, ValueGroup> found = new HashMap<>();
    groups.forEach(group -> group.columns().forEach(column -> found.put(column, group)));
    return found;
  }

  /// Whether doing it again may give the column another value.
  public boolean isFleeting(ColumnName column) {
    return direct.containsKey(column)
        || groupOf(column).filter(group -> group.making().isFleeting()).isPresent()
        || following.getOrDefault(column, List.of()).stream()
            .anyMatch(group -> group.making().isFleeting());
  }
}
