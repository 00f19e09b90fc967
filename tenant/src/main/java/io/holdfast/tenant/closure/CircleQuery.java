package io.holdfast.tenant.closure;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The set of keys of a circle of tables, as one recursive query. Its rows have the number of a
/// table and a place for the key of each table of the circle, of which all but one's are null.
/// UNION drops what was found before, so that it ends.
final class CircleQuery {
  private final Predicates predicates;
  private final Links links;
  private final List<QualifiedName> circle;
  private final Predicates.Membership membership;
  private final Map<QualifiedName, Place> places = new HashMap<>();
  private final List<String> types = new ArrayList<>();

  /// Where the key of a table stands.
  ///
  /// @param kind the number of the table
  /// @param first the number of its first column among the places
  private record Place(int kind, int first, List<String> key) {}

  /// @param membership of tables that are not in the circle
  CircleQuery(
      Predicates predicates,
      Links links,
      List<QualifiedName> circle,
      Predicates.Membership membership) {
    this.predicates = predicates;
    this.links = links;
    this.circle = circle;
    this.membership = membership;
    for (QualifiedName table : circle) {
      List<Column> key = predicates.key(table);
      places.put(
          table, new Place(places.size(), types.size(), key.stream().map(Column::name).toList()));
      key.forEach(column -> types.add(column.type()));
    }
  }

  /// As it stands behind WITH RECURSIVE.
  String definition(String name) {
    return name
        + "(kind, "
        + allPlaces("")
        + ") AS (\n    "
        + String.join("\n    UNION ALL ", beginnings())
        + "\n    UNION\n    SELECT step.kind, "
        + allPlaces("step.")
        + " FROM "
        + name
        + " AS f CROSS JOIN LATERAL (\n      "
        + String.join("\n      UNION ALL ", steps())
        + ") AS step(kind, "
        + allPlaces("")
        + "))";
  }

  /// The keys of one table of the circle.
  String keys(QualifiedName table, String name) {
    Place place = place(table);
    return "SELECT " + range(place) + " FROM " + name + " WHERE kind = " + place.kind();
  }

  /// Rows that belong to the scope without anything of the circle.
  private List<String> beginnings() {
    List<String> selects = new ArrayList<>();
    for (QualifiedName table : circle) {
      String alias = predicates.nextAlias();
      List<String> ways =
          predicates.ways(table, alias, link -> !places.containsKey(link.target()), membership);
      if (!ways.isEmpty()) {
        selects.add(
            "SELECT "
                + keyInItsPlace(table, alias)
                + " FROM "
                + predicates.source(table, alias)
                + " WHERE "
                + Predicates.anyOf(ways));
      }
    }
    if (selects.isEmpty()) {
      throw TenantRows.unsuitable(
          "nothing leads from "
              + circle.stream().map(QualifiedName::text).collect(Collectors.joining(", "))
              + " to the root: they own only each other");
    }
    return selects;
  }

  /// From a row that was found to the rows that it owns.
  private List<String> steps() {
    List<String> selects = new ArrayList<>();
    for (QualifiedName table : circle) {
      for (Link link : links.of(table)) {
        Place above = places.get(link.target());
        if (above != null) {
          selects.add(step(table, link, above));
        }
      }
    }
    return selects;
  }

  private String step(QualifiedName table, Link link, Place above) {
    String own = predicates.nextAlias();
    String owner = predicates.nextAlias();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < above.key().size(); i++) {
      found.add(Predicates.column(owner, above.key().get(i)) + " = f.k" + (above.first() + i + 1));
    }
    return "SELECT "
        + keyInItsPlace(table, own)
        + " FROM "
        + predicates.source(link.target(), owner)
        + " JOIN "
        + predicates.source(table, own)
        + " ON "
        + predicates.joined(table, own, link, owner)
        + " WHERE f.kind = "
        + above.kind()
        + " AND "
        + String.join(" AND ", found);
  }

  /// The table's number, its key, and nulls of the right types for all others.
  private String keyInItsPlace(QualifiedName table, String alias) {
    Place place = place(table);
    List<String> values = new ArrayList<>();
    values.add(Integer.toString(place.kind()));
    for (int i = 0; i < types.size(); i++) {
      int own = i - place.first();
      values.add(
          own >= 0 && own < place.key().size()
              ? alias + "." + quoted(place.key().get(own))
              : "NULL::" + types.get(i));
    }
    return String.join(", ", values);
  }

  private String allPlaces(String prefix) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= types.size(); i++) {
      names.add(prefix + "k" + i);
    }
    return String.join(", ", names);
  }

  private static String range(Place place) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= place.key().size(); i++) {
      names.add("k" + (place.first() + i));
    }
    return String.join(", ", names);
  }

  private Place place(QualifiedName table) {
    Place place = places.get(table);
    if (place == null) {
      throw new IllegalArgumentException(table + " is not in this circle");
    }
    return place;
  }
}
