package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A scope that lies within another: it takes over that map's classes, and what lies above its root
/// becomes referenced. Where it names a table itself, that counts.
///
/// @param base the file with the map, relative to this one
public record NestedScope(
    String name,
    String base,
    Root root,
    Map<QualifiedName, Owned> owned,
    SortedMap<QualifiedName, Referenced> referenced,
    List<Exclusion> excluded)
    implements ScopeFile {
  public NestedScope {
    owned = Collections.unmodifiableMap(new LinkedHashMap<>(owned));
    referenced = Collections.unmodifiableSortedMap(new TreeMap<>(referenced));
    excluded = List.copyOf(excluded);
  }
}
