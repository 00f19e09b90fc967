package io.holdfast.engine.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final String IDENTITIES = "identities";
  private static final String UNKNOWN = "-";

  /// @param identities of databases by their names, as far as they are known
  static SortedMap<String, String> of(
      DumpRequest request,
      List<String> databases,
      Map<String, String> identities,
      int serverVersion) {
    SortedMap<String, String> values = new TreeMap<>();
    put(values, DATABASE, databases);
    if (databases.stream().anyMatch(identities::containsKey)) {
      List<String> known = new ArrayList<>();
      databases.forEach(database -> known.add(identities.getOrDefault(database, UNKNOWN)));
      values.put(IDENTITIES, String.join(" ", known));
    }
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

  /// Which database it was that had this name; empty if the dump does not say.
  Optional<String> identity(String database) {
    String[] known = values.getOrDefault(IDENTITIES, "").split(" ");
    for (int i = 0; i < known.length; i++) {
      if (database.equals(values.get(DATABASE + i)) && known[i].indexOf('/') > 0) {
        return Optional.of(known[i]);
      }
    }
    return Optional.empty();
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
