package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
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

/// A map of a YAML file that is read key by key; what nobody asked for is a problem in the end. All
/// problems are gathered, with their lines. *Confined.*
final class AskedMap {
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

  /// A text as a value; what its reader refuses is a problem, and like a value that is not there.
  <T> Optional<T> value(String key, Function<String, T> reader) {
    asked.add(key);
    return Optional.ofNullable(entries.get(key))
        .flatMap(
            value -> {
              if (value instanceof ScalarNode scalar) {
                return attempt(value, where + "." + key, () -> reader.apply(scalar.getValue()));
              }
              problem(value, where + "." + key + " must be text");
              return Optional.empty();
            });
  }

  /// A map within.
  Optional<AskedMap> map(String key) {
    asked.add(key);
    return Optional.ofNullable(entries.get(key))
        .map(value -> new AskedMap(value, where + "." + key, problems));
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
    entries.forEach(
        (key, value) -> {
          if (!asked.contains(key)) {
            problem(
                value,
                "unknown key '%s' in %s (known: %s)"
                    .formatted(key, where, String.join(", ", asked)));
          }
        });
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
    problems.add("line " + (place.getStartMark().getLine() + 1) + ": " + what);
  }
}
