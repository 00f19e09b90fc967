package io.holdfast.tenant.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ComponentsTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  /// Two nodes are together exactly if each reaches the other, and what is led to comes first.
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void componentsAreThoseOfAModelThatTriesAllWays(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < 200; round++) {
      SortedMap<Integer, NavigableSet<Integer>> edges = randomGraph(random);
      Map<Integer, Set<Integer>> reached = new HashMap<>();
      edges.keySet().forEach(node -> reached.put(node, reachedFrom(node, edges)));

      List<List<Integer>> components = Components.of(edges);

      assertThat(components.stream().flatMap(Collection::stream))
          .containsExactlyInAnyOrderElementsOf(edges.keySet());
      Map<Integer, Integer> place = new HashMap<>();
      for (int i = 0; i < components.size(); i++) {
        assertThat(components.get(i)).isSorted();
        for (int node : components.get(i)) {
          place.put(node, i);
        }
      }
      for (int a : edges.keySet()) {
        for (int b : edges.keySet()) {
          boolean there = reached.getOrDefault(a, Set.of()).contains(b);
          boolean back = reached.getOrDefault(b, Set.of()).contains(a);
          assertThat(Objects.equals(place.get(a), place.get(b))).isEqualTo(there && back);
          if (there) {
            assertThat(place.get(b)).isLessThanOrEqualTo(place.get(a));
          }
        }
      }
      assertThat(Components.of(new TreeMap<>(edges))).isEqualTo(components);
    }
  }

  private static SortedMap<Integer, NavigableSet<Integer>> randomGraph(SplittableRandom random) {
    int nodes = random.nextInt(1, 12);
    int count = random.nextInt(0, nodes * 3);
    SortedMap<Integer, NavigableSet<Integer>> edges = new TreeMap<>();
    for (int i = 0; i < nodes; i++) {
      edges.put(i, new TreeSet<>());
    }
    for (int i = 0; i < count; i++) {
      // Sometimes to a node that does not exist.
      edges
          .computeIfAbsent(random.nextInt(nodes), _ -> new TreeSet<>())
          .add(random.nextInt(nodes + 1));
    }
    return edges;
  }

  private static Set<Integer> reachedFrom(
      int start, SortedMap<Integer, NavigableSet<Integer>> edges) {
    Set<Integer> reached = new HashSet<>(Set.of(start));
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      for (int next : edges.getOrDefault(open.pop(), new TreeSet<>())) {
        if (edges.containsKey(next) && reached.add(next)) {
          open.push(next);
        }
      }
    }
    return reached;
  }

  @Test
  void aLongChainIsNoDeepStack() {
    int length = 200_000;
    SortedMap<Integer, NavigableSet<Integer>> edges = new TreeMap<>();
    for (int i = 0; i < length; i++) {
      edges.put(i, new TreeSet<>(Set.of((i + 1) % length)));
    }
    assertThat(Components.of(edges)).hasSize(1);
    edges.put(length - 1, new TreeSet<>());
    List<List<Integer>> components = new ArrayList<>(Components.of(edges));
    assertThat(components).hasSize(length);
    assertThat(components.getFirst()).containsExactly(length - 1);
  }
}
