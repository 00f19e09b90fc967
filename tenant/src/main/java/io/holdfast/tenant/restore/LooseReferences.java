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

/// References in a copy that are not simply a column's value: those of a type and an id, and those
/// in arrays and in JSON, of which the map says where they stand.
final class LooseReferences {
  private static final int STEPS_MAX = 32;

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
    for (VirtualReference reference : tables.map().virtualReferences()) {
      String column = reference.from().column();
      if (reference.from().table().equals(staged.name()) && staged.columns().contains(column)) {
        rules
            .groupOf(reference.to())
            .ifPresent(
                group -> {
                  String before = values.getOrDefault(column, StagedTable.column("o", column));
                  within(staged, reference, group, before)
                      .ifPresent(value -> values.put(column, value));
                });
      }
    }
    values.forEach(
        (column, value) -> changes.add(new RenewedColumn(column, "", value, Optional.empty())));
    return changes;
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
                                  + id
                                  + "::pg_catalog.text COLLATE \"C\")";
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
      StagedTable staged, VirtualReference reference, ValueGroup group, String before) {
    String type = staged.columnOf(reference.from().column()).type();
    if (reference.json().isPresent()) {
      String json = json("(" + before + ")::pg_catalog.jsonb", steps(reference), 0, group);
      return Optional.of("(" + json + ")::" + type);
    }
    if (!type.endsWith("[]")) {
      return Optional.empty();
    }
    return Optional.of(
        "CASE WHEN pg_catalog.array_ndims("
            + before
            + ") = 1 THEN ARRAY(SELECT coalesce((SELECT v.new FROM "
            + Renewal.table(group)
            + " v WHERE v.old = e.one::pg_catalog.text COLLATE \"C\"), e.one::pg_catalog.text) FROM"
            + " pg_catalog.unnest("
            + before
            + ") WITH ORDINALITY e (one, place) ORDER BY e.place)::"
            + type
            + " ELSE "
            + before
            + " END");
  }

  /// `$.name."odd name"[*]` as its steps; `[*]` is the empty step.
  private static List<String> steps(VirtualReference reference) {
    String path = reference.json().orElseThrow();
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
          "virtualReferences: nobody can follow the path " + path + " of " + reference.from(),
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
  private static String json(String value, List<String> steps, int depth, ValueGroup group) {
    if (depth == steps.size()) {
      return id(value, group);
    }
    String here = "j" + depth;
    String step = steps.get(depth);
    String inner;
    if (step.isEmpty()) {
      inner =
          "CASE WHEN pg_catalog.jsonb_typeof("
              + here
              + ".v) = 'array' THEN coalesce((SELECT pg_catalog.jsonb_agg("
              + json("e" + depth + ".one", steps, depth + 1, group)
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
              + json("(" + here + ".v -> " + name + ")", steps, depth + 1, group)
              + ") ELSE "
              + here
              + ".v END";
    }
    return "(SELECT " + inner + " FROM (SELECT " + value + " AS v) " + here + ")";
  }

  /// A number or a text of JSON that is an id.
  private static String id(String value, ValueGroup group) {
    String text = "(" + value + " #>> '{}')";
    return "coalesce((SELECT CASE pg_catalog.jsonb_typeof("
        + value
        + ") WHEN 'number' THEN pg_catalog.to_jsonb(v.new::pg_catalog.numeric) ELSE"
        + " pg_catalog.to_jsonb(v.new) END FROM "
        + Renewal.table(group)
        + " v WHERE v.old = "
        + text
        + " COLLATE \"C\" AND pg_catalog.jsonb_typeof("
        + value
        + ") IN ('number', 'string')), "
        + value
        + ")";
  }
}
