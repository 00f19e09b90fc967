package io.holdfast.engine.maintenance;

import java.util.List;
import java.util.Map;

/// What a prune would do or has done, as people and as scripts see it.
///
/// @param map the stable JSON form
/// @param isWhole false if something could not be removed because it is damaged and needed
public record PruneOutcome(Map<String, Object> map, List<String> lines, boolean isWhole) {
  public PruneOutcome {
    map = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(map));
    lines = List.copyOf(lines);
  }
}
