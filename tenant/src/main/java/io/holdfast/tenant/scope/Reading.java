package io.holdfast.tenant.scope;

import io.holdfast.base.Quoted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Takes nodes of YAML apart and gathers what is wrong with them, each with its line. *Confined*.
final class Reading {
  private static final int PROBLEMS_MAX = 100;

  private final List<String> problems = new ArrayList<>();
  private final Map<String, Node> places = new HashMap<>();

  /// An entry of a map.
  ///
  /// @param where its path from the top, for messages
  record Field(Node key, Node value, String where) {}

  void problem(Node at, String text) {
    problem("line " + (at.getStartMark().getLine() + 1) + ": " + text);
  }

  /// One that was found later, where it stands in the file.
  void problem(Contradiction contradiction) {
    Node place = places.get(Quoted.printable(contradiction.where()));
    if (place == null) {
      problem(contradiction.text());
    } else {
      problem(place, contradiction.text());
    }
  }

  void problem(String text) {
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(Quoted.printable(text));
    } else if (problems.size() == PROBLEMS_MAX) {
      problems.add("and more");
    }
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  /// The entries of a map with any names.
  Map<String, Field> fields(Node node, String where) {
    Map<String, Field> fields = new LinkedHashMap<>();
    if (!(node instanceof MappingNode map)) {
      problem(node, place(where) + " must be a map of names to values");
      return fields;
    }
    for (NodeTuple tuple : map.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(tuple.getKeyNode(), "a name in " + place(where) + " must be text");
        continue;
      }
      String path = path(where, key.getValue());
      places.put(path, key);
      if (fields.put(key.getValue(), new Field(key, tuple.getValueNode(), path)) != null) {
        problem(key, Quoted.of(key.getValue()) + " stands twice in " + place(where));
      }
    }
    return fields;
  }

  /// The entries of a map; names that are not among the known ones are problems and left out.
  Map<String, Field> fields(Node node, String where, Set<String> known) {
    Map<String, Field> fields = fields(node, where);
    fields
        .values()
        .removeIf(
            field -> {
              String name = ((ScalarNode) field.key()).getValue();
              if (known.contains(name)) {
                return false;
              }
              problem(
                  field.key(),
                  "unknown key "
                      + Quoted.of(name)
                      + " in "
                      + place(where)
                      + " (known: "
                      + String.join(", ", known.stream().sorted().toList())
                      + ")");
              return true;
            });
    return fields;
  }

  /// An entry that may be absent.
  static Optional<Field> field(Map<String, Field> fields, String name) {
    return Optional.ofNullable(fields.get(name));
  }

  /// A text, empty with a problem if it is none.
  Optional<String> text(Field field) {
    return text(field.value(), field.where());
  }

  private Optional<String> text(Node node, String where) {
    if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return Optional.of(scalar.getValue());
    }
    problem(node, place(where) + " must be a text that is not empty");
    return Optional.empty();
  }

  /// A list of texts; one text counts as a list.
  List<String> texts(Field field) {
    if (field.value() instanceof SequenceNode sequence) {
      return sequence.getValue().stream()
          .flatMap(node -> text(node, field.where()).stream())
          .toList();
    }
    return text(field).stream().toList();
  }

  /// A text that means something; empty with a problem if it does not.
  ///
  /// @param parse throws [IllegalArgumentException] with the reason
  <T> Optional<T> parsed(Field field, Function<String, T> parse) {
    return text(field).flatMap(text -> parsed(field.value(), field.where(), text, parse));
  }

  /// As [#parsed(Field, Function)], for a text that was read already.
  <T> Optional<T> parsed(Node at, String where, String text, Function<String, T> parse) {
    try {
      return Optional.of(parse.apply(text));
    } catch (IllegalArgumentException e) {
      problem(at, place(where) + " is " + Quoted.of(text) + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /// One of some words.
  <T> Optional<T> choice(Field field, Map<String, T> words) {
    return parsed(
        field,
        text -> {
          T chosen = words.get(text);
          if (chosen == null) {
            throw new IllegalArgumentException("write one of " + String.join(", ", words.keySet()));
          }
          return chosen;
        });
  }

  private static String path(String where, String name) {
    return (where.isEmpty() ? "" : where + ".") + Quoted.printable(name);
  }

  private static String place(String where) {
    return where.isEmpty() ? "the file" : where;
  }
}
