package io.holdfast.tenant.testing;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMapWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Maps made of others.
public final class Maps {
  private Maps() {}

  /// With other owned tables and nothing else but the root.
  public static ScopeMap withOwned(ScopeMap map, Map<QualifiedName, Owned> owned) {
    return with(map, owned, new TreeMap<>());
  }

  /// With other owned and referenced tables and nothing else but the root.
  public static ScopeMap with(
      ScopeMap map,
      Map<QualifiedName, Owned> owned,
      SortedMap<QualifiedName, Referenced> referenced) {
    return new ScopeMap(
        map.name(),
        map.root(),
        map.tenantColumn(),
        owned,
        referenced,
        List.of(),
        List.of(),
        new TreeMap<>(),
        map.triggers(),
        new TreeMap<>(),
        map.fingerprint(),
        map.schema());
  }

  /// As a person edits it: a piece of the text is replaced.
  public static ScopeMap edited(ScopeMap map, String... pairs) {
    String text = ScopeMapWriter.write(map, Map.of());
    for (int i = 0; i < pairs.length; i += 2) {
      if (!text.contains(pairs[i])) {
        throw new IllegalArgumentException("the map has no " + pairs[i] + ":\n" + text);
      }
      text = text.replace(pairs[i], pairs[i + 1]);
    }
    return (ScopeMap) ScopeFileReader.parse(Path.of("edited"), text);
  }
}
