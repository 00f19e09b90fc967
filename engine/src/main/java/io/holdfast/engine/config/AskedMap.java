package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.Quoted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// A map of a YAML file that is read key by key; what nobody asked for is a problem in the end. All
/// problems are gathered, with their lines. *Confined.*
final class AskedMap {
  /// How a whole file is named in problems.
  static final String WHOLE_FILE = "the file";

  private static final int ITEMS_MAX = 1000;

  private final Node node;
  private final String where;
  private final List<String> problems;
  private final int problemsBefore;
  private final Map<String, Node> entries = new LinkedHashMap<>();
  private final TreeSet<String> asked = new TreeSet<>();

  AskedMap(Node node, String where, List<String> problems) {
    this.node = node;
    this.where = where;
    this.problems = problems;
    this.problemsBefore = problems.size();
    if (!(node instanceof MappingNode map)) {
      problem(node, where + " must be a map of names to settings");
      return;
    }
    for (NodeTuple tuple : map.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(tuple.getKeyNode(), "a name in " + where + " must be text");
      } else if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
        problem(key, "'" + key.getValue() + "' stands twice in " + where);
      }
    }
  }

  /// All keys, as if each had been asked for.
  List<String> names() {
    asked.addAll(entries.keySet());
    return new ArrayList<>(entries.keySet());
  }

  /// Whether a key is there, with whatever value.
  boolean has(String key) {
    return entries.containsKey(key);
  }

  /// A text as a value; what its reader refuses is a problem, and like a value that is not there.
  <T> Optional<T> value(String key, Function<String, T> reader) {
    asked.add(key);
    return Optional.ofNullable(entries.get(key))
        .flatMap(value -> scalar(value, within(key), reader));
  }

  /// A text that must be there.
  <T> Optional<T> required(String key, Function<String, T> reader) {
    if (!has(key)) {
      problem(node, where + " has no " + key);
    }
    return value(key, reader);
  }

  /// Texts in a list, or one text alone; those that their reader refuses are left out.
  <T> Optional<List<T>> list(String key, Function<String, T> reader) {
    asked.add(key);
    return Optional.ofNullable(entries.get(key)).map(value -> items(value, within(key), reader));
  }

  private <T> List<T> items(Node value, String what, Function<String, T> reader) {
    if (!(value instanceof SequenceNode sequence)) {
      return scalar(value, what, reader).stream().toList();
    }
    if (sequence.getValue().size() > ITEMS_MAX) {
      problem(value, what + " has more than " + ITEMS_MAX + " entries");
      return List.of();
    }
    return sequence.getValue().stream()
        .flatMap(item -> scalar(item, what, reader).stream())
        .toList();
  }

  private <T> Optional<T> scalar(Node value, String what, Function<String, T> reader) {
    if (value instanceof ScalarNode text) {
      return attempt(value, what, () -> reader.apply(text.getValue()));
    }
    problem(value, what + " must be text");
    return Optional.empty();
  }

  /// A map within.
  Optional<AskedMap> map(String key) {
    asked.add(key);
    return Optional.ofNullable(entries.get(key))
        .map(value -> new AskedMap(value, within(key), problems));
  }

  /// As [#value], with where it stands.
  <T> Optional<Placed<T>> placed(String key, Function<String, T> reader) {
    return value(key, reader).map(its -> new Placed<>(its, place(key)));
  }

  /// How problems with the whole begin that are found later.
  String place() {
    return line(node) + ": " + where;
  }

  /// How problems with what a key says begin; with the whole if it says nothing.
  String place(String key) {
    return line(entries.getOrDefault(key, node)) + ": " + within(key);
  }

  private String within(String key) {
    return where.equals(WHOLE_FILE) ? key : where + "." + key;
  }

  /// What is put together of the values; a [BackupException] is a problem.
  <T> Optional<T> whole(Supplier<T> maker) {
    return attempt(node, where, maker);
  }

  /// Whether nothing is wrong so far with what was read since it was begun.
  boolean isFine() {
    return problems.size() == problemsBefore;
  }

  /// Says what was not asked for.
  void end() {
    String kind = where.equals(WHOLE_FILE) ? "section" : "key";
    entries.forEach(
        (key, value) -> {
          if (!asked.contains(key)) {
            problem(
                value,
                "unknown %s %s in %s (known: %s)"
                    .formatted(kind, Quoted.of(key), where, String.join(", ", asked)));
          }
        });
  }

  /// What was not asked for, by names with their lines, where that is no problem.
  List<String> unasked() {
    return entries.entrySet().stream()
        .filter(entry -> !asked.contains(entry.getKey()))
        .map(entry -> line(entry.getValue()) + ": " + Quoted.printable(within(entry.getKey())))
        .toList();
  }

  private <T> Optional<T> attempt(Node place, String what, Supplier<T> maker) {
    try {
      return Optional.of(maker.get());
    } catch (BackupException e) {
      problem(place, what + ": " + e.text());
      return Optional.empty();
    }
  }

  private void problem(Node place, String what) {
    problems.add(line(place) + ": " + what);
  }

  private static String line(Node place) {
    return "line " + (place.getStartMark().getLine() + 1);
  }
}
