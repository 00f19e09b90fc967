package io.holdfast.engine.tenant;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a command says.
///
/// @param document for JSON
/// @param lines for people
/// @param exitStatus 0 if all is well
public record ScopeAnswer(Map<String, Object> document, List<String> lines, int exitStatus) {
  public ScopeAnswer {
    document = Collections.unmodifiableMap(new LinkedHashMap<>(document));
    lines = List.copyOf(lines);
  }
}
