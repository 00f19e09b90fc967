package io.holdfast.tenant.check;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One thing that was found.
///
/// @param table empty if it is about the map as a whole
/// @param hint what to do
public record Finding(FindingCode code, Optional<QualifiedName> table, String text, String hint) {
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("code", code.label());
    map.put("name", code.name());
    map.put("severity", code.severity().name());
    map.put("table", table.map(QualifiedName::text));
    map.put("text", text);
    map.put("hint", hint);
    return map;
  }
}
