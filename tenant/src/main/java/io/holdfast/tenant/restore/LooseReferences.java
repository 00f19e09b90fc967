package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.scope.VirtualReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// References in a copy that are not simply a column's value: those of a type and an id, and those
/// in arrays and in JSON, of which the map says where they stand.
final class LooseReferences {
  private static final int STEPS_MAX = 32;

  /// What PostgreSQL allows.
  private static final int DIMENSIONS_MAX = 6;

  private final RestoreTables tables;
  private final CopyRules rules;

  LooseReferences(RestoreTables tables, CopyRules rules) {
    this.tables = tables;
    this.rules = rules;
  }

  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if a path in JSON is one that nobody can follow
  List<RenewedColumn> of(StagedTable staged) {
    List<RenewedColumn> changes = new ArrayList<>();
    if (tables.map().owned(staged.name()).orElseThrow().via() instanceof Via.OfPolymorphic way) {
      byType(staged, way).ifPresent(changes::add);
    }
    Map<String, String> values = new LinkedHashMap<>();
    places(staged)
        .forEach(
            (place, groups) -> {
              String column = place.from().column();
              String before = values.getOrDefault(column, StagedTable.column("o", column));
              within(staged, place, groups, before).ifPresent(value -> values.put(column, value));
            });
    values.forEach(
        (column, value) -> changes.add(new RenewedColumn(column, "", value, Optional.empty())));
    return changes;
  }

  /// Where ids stand.
  private record Place(ColumnName from, Optional<String> json) {}

  /// Ids that stand in one place, of whatever rows they are, are changed at once: a new one may be
  /// another row's old one.
  private Map<Place, List<ValueGroup>> places(StagedTable staged) {
    Map<Place, List<ValueGroup>> places = new LinkedHashMap<>();
    for (VirtualReference reference : tables.map().virtualReferences()) {
      if (reference.from().table().equals(staged.name())
          && staged.columns().contains(reference.from().column())) {
        rules
            .groupOf(reference.to())
            .ifPresent(
                group ->
                    places
                        .computeIfAbsent(
                            new Place(reference.from(), reference.json()), _ -> new ArrayList<>())
                        .add(group));
      }
    }
    return places;
  }

  private Optional<RenewedColumn> byType(StagedTable staged, Via.OfPolymorphic way) {
    String type = StagedTable.column("o", way.typeColumn());
    String id = StagedTable.column("o", way.idColumn());
    StringBuilder value = new StringBuilder();
    StringBuilder outside = new StringBuilder();
    way.targets()
        .forEach(
            (word, target) ->
                keyOf(target)
                    .ifPresent(
                        group -> {
                          String is = type + "::pg_catalog.text = " + SqlText.literal(word);
                          String found =
                              " FROM "
                                  + Renewal.table(group)
                                  + " v WHERE v.old = "
                                  + KeyText.of(id, staged.columnOf(way.idColumn()).type())
                                  + ")";
                          value
                              .append(" WHEN ")
                              .append(is)
                              .append(" THEN coalesce((SELECT v.new::")
                              .append(staged.columnOf(way.idColumn()).type())
                              .append(found)
                              .append(", ")
                              .append(id)
                              .append(")");
                          outside.append(
                              RenewedColumn.when(
                                  id + " IS NOT NULL AND " + is + " AND NOT EXISTS (SELECT" + found,
                                  way.idColumn()));
                        }));
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RenewedColumn(
                way.idColumn(),
                "",
                "CASE" + value + " ELSE " + id + " END",
                Optional.of(outside.toString())));
  }

  private Optional<ValueGroup> keyOf(QualifiedName table) {
    List<String> key = tables.find(table).orElseThrow().key().columns();
    return rules.groupOf(new ColumnName(table, key.getFirst()));
  }

  /// Values within a value. Those that are not in the backup stay as they are.
  private static Optional<String> within(
      StagedTable staged, Place place, List<ValueGroup> groups, String before) {
    String type = staged.columnOf(place.from().column()).type();
    if (place.json().isPresent()) {
      String path = place.json().get();
      List<String> steps = steps(path, place.from());
      String json = json("(" + before + ")::pg_catalog.jsonb", steps, 0, groups);
      return Optional.of("(" + json + ")::" + type);
    }
    if (!type.endsWith("[]")) {
      return Optional.empty();
    }
    StringBuilder cases = new StringBuilder();
    for (int dimensions = 1; dimensions <= DIMENSIONS_MAX; dimensions++) {
      cases
          .append(" WHEN ")
          .append(dimensions)
          .append(" THEN ")
          .append(array(before, KeyText.element(type), groups, 1, dimensions))
          .append("::")
          .append(type);
    }
    return Optional.of(
        "CASE pg_catalog.array_ndims(" + before + ")" + cases + " ELSE " + before + " END");
  }

  /// The part of an array that subscripts down to a dimension lead to, as texts.
  private static String array(
      String array, String type, List<ValueGroup> groups, int dimension, int dimensions) {
    String inner;
    String from;
    String place;
    if (dimensions == 1) {
      inner = changed("e.one", type, groups);
      from = "pg_catalog.unnest(" + array + ") WITH ORDINALITY e (one, place)";
      place = "e.place";
    } else {
      place = "i" + dimension;
      from = "pg_catalog.generate_subscripts(" + array + ", " + dimension + ") " + place;
      if (dimension < dimensions) {
        inner = array(array, type, groups, dimension + 1, dimensions);
      } else {
        String subscripts =
            IntStream.rangeClosed(1, dimensions)
                .mapToObj(i -> "[i" + i + "]")
                .collect(Collectors.joining());
        inner = changed("(" + array + ")" + subscripts, type, groups);
      }
    }
    return "(SELECT pg_catalog.array_agg(" + inner + " ORDER BY " + place + ") FROM " + from + ")";
  }

  private static String changed(String value, String type, List<ValueGroup> groups) {
    return "coalesce("
        + groups.stream()
            .map(
                group ->
                    "(SELECT v.new FROM "
                        + Renewal.table(group)
                        + " v WHERE v.old = "
                        + KeyText.of(value, type)
                        + "), ")
            .collect(Collectors.joining())
        + value
        + "::pg_catalog.text)";
  }

  /// `$.name."odd name"[*]` as its steps; `[*]` is the empty step.
  private static List<String> steps(String path, ColumnName from) {
    List<String> steps = new ArrayList<>();
    int at = path.startsWith("$") ? 1 : path.length() + 1;
    while (at < path.length() && steps.size() < STEPS_MAX) {
      if (path.startsWith("[*]", at)) {
        steps.add("");
        at += 3;
        continue;
      }
      int end = endOfName(path, at);
      if (end < 0) {
        break;
      }
      String name = path.substring(at + 1, end);
      steps.add(name.startsWith("\"") ? name.substring(1, name.length() - 1) : name);
      at = end;
    }
    if (at != path.length()) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_UNSUITABLE,
          "virtualReferences: nobody can follow the path " + path + " of " + from,
          "A path is like '$.name[*].\"other name\"'.");
    }
    return steps;
  }

  /// Behind the name that a dot at this place begins; negative if there is none.
  private static int endOfName(String path, int dot) {
    if (path.charAt(dot) != '.' || dot + 1 == path.length()) {
      return -1;
    }
    if (path.charAt(dot + 1) == '"') {
      int quote = path.indexOf('"', dot + 2);
      return quote <= dot + 2 ? -1 : quote + 1;
    }
    int end = dot + 1;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    return end == dot + 1 ? -1 : end;
  }

  /// The JSON with other ids, written from the outside to the inside.
  private static String json(String value, List<String> steps, int depth, List<ValueGroup> groups) {
    if (depth == steps.size()) {
      return id(value, groups);
    }
    String here = "j" + depth;
    String step = steps.get(depth);
    String inner;
    if (step.isEmpty()) {
      inner =
          "CASE WHEN pg_catalog.jsonb_typeof("
              + here
              + ".v) = 'array' THEN coalesce((SELECT pg_catalog.jsonb_agg("
              + json("e" + depth + ".one", steps, depth + 1, groups)
              + " ORDER BY e"
              + depth
              + ".place) FROM pg_catalog.jsonb_array_elements("
              + here
              + ".v) WITH ORDINALITY e"
              + depth
              + " (one, place)), "
              + here
              + ".v) ELSE "
              + here
              + ".v END";
    } else {
      String name = SqlText.literal(step);
      inner =
          "CASE WHEN pg_catalog.jsonb_typeof("
              + here
              + ".v) = 'object' AND pg_catalog.jsonb_exists("
              + here
              + ".v, "
              + name
              + ") THEN pg_catalog.jsonb_set("
              + here
              + ".v, ARRAY["
              + name
              + "], "
              + json("(" + here + ".v -> " + name + ")", steps, depth + 1, groups)
              + ") ELSE "
              + here
              + ".v END";
    }
    return "(SELECT " + inner + " FROM (SELECT " + value + " AS v) " + here + ")";
  }

  /// A number or a text of JSON that is an id.
  private static String id(String value, List<ValueGroup> groups) {
    String type = "pg_catalog.jsonb_typeof(" + value + ")";
    String text = "(" + value + " #>> '{}')";
    String number = KeyText.of(text + "::pg_catalog.numeric", "numeric");
    String old =
        "CASE " + type + " WHEN 'number' THEN " + number + " WHEN 'string' THEN " + text + " END";
    return "coalesce("
        + groups.stream()
            .map(
                group ->
                    "(SELECT CASE "
                        + type
                        + " WHEN 'number' THEN pg_catalog.to_jsonb(v.new::pg_catalog.numeric) ELSE"
                        + " pg_catalog.to_jsonb(v.new) END FROM "
                        + Renewal.table(group)
                        + " v WHERE v.old = ("
                        + old
                        + ") COLLATE \"C\"), ")
            .collect(Collectors.joining())
        + value
        + ")";
  }
}
