package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A whole scope map.
///
/// @param tenantColumn the column that most owned tables have, for finding them and for looking for
///   leaks
/// @param owned in the order of the file; the root's table is the first unless the file says
///   otherwise
/// @param fingerprint of the schema that the map was made for
/// @param schema what that schema was, so that a change can be told in words
public record ScopeMap(
    String name,
    Root root,
    Optional<String> tenantColumn,
    Map<QualifiedName, Owned> owned,
    SortedMap<QualifiedName, Referenced> referenced,
    List<Exclusion> excluded,
    List<VirtualReference> virtualReferences,
    SortedMap<ColumnName, ColumnRule> columns,
    Triggers triggers,
    SortedMap<String, AssetGroup> assets,
    Optional<String> fingerprint,
    Optional<SchemaText> schema)
    implements ScopeFile {
  public ScopeMap {
    owned = Collections.unmodifiableMap(new LinkedHashMap<>(owned));
    referenced = Collections.unmodifiableSortedMap(new TreeMap<>(referenced));
    excluded = List.copyOf(excluded);
    virtualReferences = List.copyOf(virtualReferences);
    columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
    assets = Collections.unmodifiableSortedMap(new TreeMap<>(assets));
    if (!owned.containsKey(root.table())) {
      throw new IllegalArgumentException("the root " + root.table() + " is not owned");
    }
  }

  /// Which class a table is in.
  public enum TableClass {
    OWNED,
    REFERENCED,
    EXCLUDED
  }

  /// All classes that the map puts the table in: one, if the map is right.
  public List<TableClass> classesOf(QualifiedName table) {
    List<TableClass> classes = new java.util.ArrayList<>();
    if (owned.containsKey(table)) {
      classes.add(TableClass.OWNED);
    }
    if (referenced.containsKey(table)) {
      classes.add(TableClass.REFERENCED);
    }
    if (excluded.stream().anyMatch(exclusion -> exclusion.pattern().matches(table))) {
      classes.add(TableClass.EXCLUDED);
    }
    return classes;
  }

  public Optional<Owned> owned(QualifiedName table) {
    return Optional.ofNullable(owned.get(table));
  }

  /// The name of an owned table in portable files.
  public String exportName(QualifiedName table) {
    return owned(table).flatMap(Owned::exportName).orElseGet(() -> ExportNames.derived(table));
  }

  /// What contradicts itself in the map, whatever the database is like.
  public List<Contradiction> contradictions() {
    return MapRules.contradictions(this);
  }

  /// The same for any schema.
  public ScopeMap withoutSchema() {
    return new ScopeMap(
        name,
        root,
        tenantColumn,
        owned,
        referenced,
        excluded,
        virtualReferences,
        columns,
        triggers,
        assets,
        Optional.empty(),
        Optional.empty());
  }

  /// The same with what the schema is now.
  public ScopeMap withSchema(SchemaText now) {
    return new ScopeMap(
        name,
        root,
        tenantColumn,
        owned,
        referenced,
        excluded,
        virtualReferences,
        columns,
        triggers,
        assets,
        Optional.of(now.fingerprint()),
        Optional.of(now));
  }
}
