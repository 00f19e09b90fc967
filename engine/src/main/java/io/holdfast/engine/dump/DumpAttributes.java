package io.holdfast.engine.dump;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the snapshot record of a dump says of it; see `docs/format/dumps.md`.
record DumpAttributes(SortedMap<String, String> values) {
  private static final String DATABASE = "database.";
  private static final String CONTENT = "content";
  private static final String INCLUDE = "include.";
  private static final String EXCLUDE = "exclude.";
  private static final String SCHEMA_ONLY = "schema";
  private static final String DATA_ONLY = "data";

  static SortedMap<String, String> of(
      DumpRequest request, List<String> databases, int serverVersion) {
    SortedMap<String, String> values = new TreeMap<>();
    put(values, DATABASE, databases);
    put(values, INCLUDE, request.filter().included());
    put(values, EXCLUDE, request.filter().excluded());
    switch (request.content()) {
      case ALL -> {}
      case SCHEMA_ONLY -> values.put(CONTENT, SCHEMA_ONLY);
      case DATA_ONLY -> values.put(CONTENT, DATA_ONLY);
    }
    values.put("serverVersion", Integer.toString(serverVersion));
    return values;
  }

  private static void put(SortedMap<String, String> values, String prefix, List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      values.put(prefix + i, texts.get(i));
    }
  }

  /// The databases, in the order of their names.
  List<String> databases() {
    return values.entrySet().stream()
        .filter(attribute -> attribute.getKey().startsWith(DATABASE))
        .map(Map.Entry::getValue)
        .sorted()
        .toList();
  }

  /// Whether some tables were left out.
  boolean isPartial() {
    return values.keySet().stream()
        .anyMatch(name -> name.startsWith(INCLUDE) || name.startsWith(EXCLUDE));
  }

  /// Whether it has rows without definitions.
  boolean isDataOnly() {
    return values.getOrDefault(CONTENT, "").equals(DATA_ONLY);
  }
}
