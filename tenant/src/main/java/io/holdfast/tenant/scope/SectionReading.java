package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.ColumnRule.OnClone;
import io.holdfast.tenant.scope.ColumnRule.OnRestore;
import io.holdfast.tenant.scope.Reading.Field;
import io.holdfast.tenant.scope.Referenced.Missing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Reads the other sections.
final class SectionReading {
  private static final Map<String, OnRestore> RESTORES =
      Map.of(
          "backup", new OnRestore.Backup(),
          "keep-target", new OnRestore.KeepTarget(),
          "null", new OnRestore.SetNull());
  private static final Map<String, OnClone> CLONES =
      Map.of(
          "copy", new OnClone.Copy(),
          "suffix", new OnClone.Suffix(),
          "renumber", new OnClone.Renumber(),
          "null", new OnClone.SetNull());

  private final Reading reading;

  SectionReading(Reading reading) {
    this.reading = reading;
  }

  Optional<Root> root(Field section) {
    Map<String, Field> fields =
        reading.fields(section.value(), section.where(), Set.of("table", "key"));
    Field table = fields.get("table");
    Field key = fields.get("key");
    if (table == null || key == null) {
      reading.problem(
          section.key(), "root is not complete: write {table: SCHEMA.TABLE, key: [COLUMN]}");
      return Optional.empty();
    }
    List<String> columns = reading.texts(key);
    if (columns.size() != 1) {
      reading.problem(key.key(), "root.key must be one column: a scope is named by one value");
      return Optional.empty();
    }
    return reading
        .parsed(table, QualifiedName::parse)
        .map(name -> new Root(name, columns.getFirst()));
  }

  SortedMap<QualifiedName, Referenced> referenced(Field section) {
    SortedMap<QualifiedName, Referenced> referenced = new TreeMap<>();
    Map<String, Missing> words = new LinkedHashMap<>();
    for (Missing missing : Missing.values()) {
      words.put(missing.word(), missing);
    }
    tables(
        section,
        (table, field) -> {
          Map<String, Field> fields =
              reading.fields(field.value(), field.where(), Set.of("match", "missing"));
          List<String> match = Reading.field(fields, "match").map(reading::texts).orElse(List.of());
          if (match.isEmpty()) {
            reading.problem(
                field.key(),
                field.where() + " has no match: name the columns by which a row is found again");
            return;
          }
          Optional<Missing> missing =
              Reading.field(fields, "missing").flatMap(choice -> reading.choice(choice, words));
          referenced.put(table, new Referenced(match, missing.orElse(Missing.FAIL)));
        });
    return referenced;
  }

  private interface TableEntry {
    void read(QualifiedName table, Field field);
  }

  private void tables(Field section, TableEntry entry) {
    reading
        .fields(section.value(), section.where())
        .forEach(
            (name, field) ->
                reading
                    .parsed(field.key(), section.where(), name, QualifiedName::parse)
                    .ifPresent(table -> entry.read(table, field)));
  }

  /// A map from patterns to reasons, or a list of `{tables, reason}`.
  List<Exclusion> excluded(Field section) {
    List<Exclusion> excluded = new ArrayList<>();
    switch (section.value()) {
      case SequenceNode list -> list.getValue().forEach(node -> together(node, excluded));
      default ->
          reading
              .fields(section.value(), section.where())
              .forEach(
                  (pattern, field) ->
                      reading
                          .text(field)
                          .ifPresent(reason -> add(field.key(), pattern, reason, excluded)));
    }
    return excluded;
  }

  private void together(Node node, List<Exclusion> excluded) {
    if (node instanceof ScalarNode name) {
      reading.problem(
          name,
          "excluded." + name.getValue() + " has no reason: write {tables: [...], reason: TEXT}");
      return;
    }
    Map<String, Field> fields = reading.fields(node, "excluded", Set.of("tables", "reason"));
    Optional<String> reason = Reading.field(fields, "reason").flatMap(reading::text);
    if (reason.isEmpty() || !fields.containsKey("tables")) {
      reading.problem(node, "excluded needs tables and the reason why they are left out");
      return;
    }
    Field tables = fields.get("tables");
    if (tables != null) {
      reading
          .texts(tables)
          .forEach(pattern -> add(tables.value(), pattern, reason.get(), excluded));
    }
  }

  private void add(Node at, String pattern, String reason, List<Exclusion> into) {
    reading
        .parsed(at, "excluded", pattern, TablePattern::parse)
        .ifPresent(parsed -> into.add(new Exclusion(parsed, reason)));
  }

  List<VirtualReference> virtualReferences(Field section) {
    List<VirtualReference> references = new ArrayList<>();
    if (!(section.value() instanceof SequenceNode list)) {
      reading.problem(section.key(), "virtualReferences must be a list of {from, json, to}");
      return references;
    }
    for (Node node : list.getValue()) {
      Map<String, Field> fields =
          reading.fields(node, section.where(), Set.of("from", "json", "to"));
      Field from = fields.get("from");
      Field to = fields.get("to");
      if (from == null || to == null) {
        reading.problem(node, "a virtual reference needs from and to");
        continue;
      }
      Optional<ColumnName> source = reading.parsed(from, ColumnName::parse);
      Optional<ColumnName> target = reading.parsed(to, ColumnName::parse);
      Optional<String> json = Reading.field(fields, "json").flatMap(reading::text);
      if (source.isPresent() && target.isPresent()) {
        references.add(new VirtualReference(source.get(), json, target.get()));
      }
    }
    return references;
  }

  SortedMap<ColumnName, ColumnRule> columns(Field section) {
    SortedMap<ColumnName, ColumnRule> rules = new TreeMap<>();
    reading
        .fields(section.value(), section.where())
        .forEach(
            (name, field) ->
                reading
                    .parsed(field.key(), section.where(), name, ColumnName::parse)
                    .ifPresent(column -> rules.put(column, rule(field))));
    return rules;
  }

  private ColumnRule rule(Field column) {
    Map<String, Field> fields =
        reading.fields(column.value(), column.where(), Set.of("restore", "clone"));
    if (fields.isEmpty()) {
      reading.problem(column.key(), column.where() + " says neither restore nor clone");
    }
    OnRestore restore =
        Reading.field(fields, "restore")
            .flatMap(
                field ->
                    expression(field)
                        .<OnRestore>map(OnRestore.Expression::new)
                        .or(() -> word(field, RESTORES)))
            .orElse(new OnRestore.Backup());
    OnClone onClone =
        Reading.field(fields, "clone")
            .flatMap(
                field ->
                    expression(field)
                        .<OnClone>map(OnClone.Expression::new)
                        .or(() -> word(field, CLONES)))
            .orElse(new OnClone.Copy());
    return new ColumnRule(restore, onClone);
  }

  private <T> Optional<T> word(Field field, Map<String, T> words) {
    return field.value() instanceof MappingNode
        ? Optional.empty()
        : reading.choice(field, new TreeMap<>(words));
  }

  private Optional<SqlCondition> expression(Field field) {
    if (!(field.value() instanceof MappingNode)) {
      return Optional.empty();
    }
    Map<String, Field> fields = reading.fields(field.value(), field.where(), Set.of("expression"));
    return Reading.field(fields, "expression")
        .flatMap(sql -> reading.parsed(sql, SqlCondition::new));
  }

  SortedMap<String, AssetGroup> assets(Field section) {
    SortedMap<String, AssetGroup> groups = new TreeMap<>();
    reading
        .fields(section.value(), section.where())
        .forEach((name, field) -> asset(field).ifPresent(group -> groups.put(name, group)));
    return groups;
  }

  private Optional<AssetGroup> asset(Field group) {
    Map<String, Field> fields =
        reading.fields(
            group.value(), group.where(), Set.of("table", "key", "store", "keys", "largeObject"));
    Optional<QualifiedName> table =
        Reading.field(fields, "table")
            .flatMap(field -> reading.parsed(field, QualifiedName::parse));
    Optional<String> key = Reading.field(fields, "key").flatMap(reading::text);
    Optional<String> store = Reading.field(fields, "store").flatMap(reading::text);
    Optional<String> object = Reading.field(fields, "largeObject").flatMap(reading::text);
    Optional<KeyPattern> keys =
        Reading.field(fields, "keys").flatMap(field -> reading.parsed(field, KeyPattern::new));
    if (table.isPresent() && key.isPresent() && store.isPresent() && object.isEmpty()) {
      return Optional.of(new AssetGroup.FileGroup(table.get(), key.get(), store.get(), keys));
    }
    if (table.isPresent()
        && key.isEmpty()
        && store.isEmpty()
        && object.isPresent()
        && !fields.containsKey("keys")) {
      return Optional.of(new AssetGroup.LargeObjectGroup(table.get(), object.get()));
    }
    reading.problem(
        group.key(),
        group.where()
            + " is no group: write {table: TABLE, key: COLUMN, store: NAME} for files or {table:"
            + " TABLE, largeObject: COLUMN}");
    return Optional.empty();
  }

  SchemaText schema(Field section) {
    SortedMap<QualifiedName, List<String>> tables = new TreeMap<>();
    tables(section, (table, field) -> tables.put(table, reading.texts(field)));
    return new SchemaText(tables);
  }
}
