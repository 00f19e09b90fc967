package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.Reading.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.yaml.snakeyaml.nodes.ScalarNode;

/// Reads the section `owned`.
final class OwnedReading {
  private static final Set<String> KEYS =
      Set.of("via", "where", "shared", "export", "largeObjects");
  private static final String FORMS =
      "write 'column NAME', 'fk CONSTRAINT', 'root' or {polymorphic: {type: COLUMN, id: COLUMN,"
          + " map: {VALUE: TABLE}}}";

  private final Reading reading;

  OwnedReading(Reading reading) {
    this.reading = reading;
  }

  Map<QualifiedName, Owned> read(Field section) {
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    reading
        .fields(section.value(), section.where())
        .forEach(
            (name, field) ->
                reading
                    .parsed(field.key(), section.where(), name, QualifiedName::parse)
                    .ifPresent(table -> entry(field).ifPresent(entry -> owned.put(table, entry))));
    return owned;
  }

  private Optional<Owned> entry(Field table) {
    if (table.value() instanceof ScalarNode) {
      return via(table).map(Owned::by);
    }
    Map<String, Field> fields = reading.fields(table.value(), table.where(), KEYS);
    Field via = fields.get("via");
    if (via == null) {
      reading.problem(table.key(), table.where() + " has no via: " + FORMS);
      return Optional.empty();
    }
    return via(via).map(way -> owned(way, fields));
  }

  private Owned owned(Via via, Map<String, Field> fields) {
    return new Owned(
        via,
        Reading.field(fields, "where").flatMap(field -> reading.parsed(field, SqlCondition::new)),
        Reading.field(fields, "shared").map(this::shared).orElseGet(TreeMap::new),
        Reading.field(fields, "export")
            .flatMap(field -> reading.parsed(field, OwnedReading::exportName)),
        Reading.field(fields, "largeObjects").map(reading::texts).orElse(List.of()));
  }

  private SortedMap<String, Shared> shared(Field section) {
    SortedMap<String, Shared> shared = new TreeMap<>();
    reading
        .fields(section.value(), section.where())
        .forEach(
            (constraint, choice) ->
                reading
                    .choice(
                        choice, Map.of("include", Shared.INCLUDE, "reference", Shared.REFERENCE))
                    .ifPresent(decided -> shared.put(constraint, decided)));
    return shared;
  }

  private static String exportName(String name) {
    if (!ExportNames.isAllowed(name)) {
      throw new IllegalArgumentException("use up to 100 letters and digits, a letter first");
    }
    return name;
  }

  private Optional<Via> via(Field field) {
    if (field.value() instanceof ScalarNode) {
      return reading.parsed(field, OwnedReading::simple);
    }
    Map<String, Field> fields = reading.fields(field.value(), field.where(), Set.of("polymorphic"));
    return Reading.field(fields, "polymorphic").flatMap(this::polymorphic);
  }

  private static Via simple(String text) {
    if (text.equals("root")) {
      return new Via.OfRoot();
    }
    if (text.startsWith("column ") && text.length() > 7) {
      return new Via.OfColumn(text.substring(7));
    }
    if (text.startsWith("fk ") && text.length() > 3) {
      return new Via.OfForeignKey(text.substring(3));
    }
    throw new IllegalArgumentException(FORMS);
  }

  private Optional<Via> polymorphic(Field field) {
    Map<String, Field> fields =
        reading.fields(field.value(), field.where(), Set.of("type", "id", "map"));
    SortedMap<String, QualifiedName> targets = new TreeMap<>();
    Reading.field(fields, "map")
        .ifPresent(
            map ->
                reading
                    .fields(map.value(), map.where())
                    .forEach(
                        (value, target) ->
                            reading
                                .parsed(target, QualifiedName::parse)
                                .ifPresent(table -> targets.put(value, table))));
    Field type = fields.get("type");
    Field id = fields.get("id");
    if (type == null || id == null || targets.isEmpty()) {
      reading.problem(field.key(), field.where() + " is not complete: " + FORMS);
      return Optional.empty();
    }
    return reading
        .text(type)
        .flatMap(
            typeColumn ->
                reading
                    .text(id)
                    .map(idColumn -> new Via.OfPolymorphic(typeColumn, idColumn, targets)));
  }
}
