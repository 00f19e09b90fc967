package io.holdfast.tenant.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;

/// Strongly connected components, found as Tarjan found them, without recursion: a long chain of
/// tables is no deep stack. *Confined*.
public final class Components<T extends Comparable<T>> {
  private final SortedMap<T, NavigableSet<T>> edges;
  private final Map<T, Visit<T>> visits = new HashMap<>();
  private final Deque<T> open = new ArrayDeque<>();
  private final List<List<T>> found = new ArrayList<>();

  private Components(SortedMap<T, NavigableSet<T>> edges) {
    this.edges = edges;
  }

  /// What is known of a node: when it was met, the earliest open node that it leads to, and whether
  /// it is in no component yet.
  private static final class Visit<T> {
    private final Iterator<T> rest;
    private final int number;
    private int lowest;
    private boolean open = true;

    Visit(Iterator<T> rest, int number) {
      this.rest = rest;
      this.number = number;
      lowest = number;
    }
  }

  /// All components of a graph: one that others lead to comes before them, and the same graph gives
  /// the same order. Nodes of a component are ordered.
  ///
  /// @param edges of every node; one that leads to no node is ignored
  public static <T extends Comparable<T>> List<List<T>> of(SortedMap<T, NavigableSet<T>> edges) {
    Components<T> components = new Components<>(edges);
    edges.keySet().stream()
        .filter(node -> !components.visits.containsKey(node))
        .forEach(components::visit);
    return List.copyOf(components.found);
  }

  private void visit(T start) {
    Deque<T> path = new ArrayDeque<>();
    enter(start, path);
    while (!path.isEmpty()) {
      T node = path.getLast();
      Visit<T> visit = visitOf(node);
      if (visit.rest.hasNext()) {
        T next = visit.rest.next();
        Visit<T> known = visits.get(next);
        if (known == null && edges.containsKey(next)) {
          enter(next, path);
        } else if (known != null && known.open) {
          visit.lowest = Math.min(visit.lowest, known.number);
        }
      } else {
        leave(node, visit, path);
      }
    }
  }

  private void enter(T node, Deque<T> path) {
    NavigableSet<T> next = edges.get(node);
    if (next == null) {
      throw new IllegalArgumentException("no such node: " + node);
    }
    visits.put(node, new Visit<>(next.iterator(), visits.size()));
    open.addLast(node);
    path.addLast(node);
  }

  private void leave(T node, Visit<T> visit, Deque<T> path) {
    path.removeLast();
    if (!path.isEmpty()) {
      Visit<T> above = visitOf(path.getLast());
      above.lowest = Math.min(above.lowest, visit.lowest);
    }
    if (visit.lowest == visit.number) {
      List<T> component = new ArrayList<>();
      T member;
      do {
        member = open.removeLast();
        visitOf(member).open = false;
        component.add(member);
      } while (!member.equals(node));
      found.add(component.stream().sorted().toList());
    }
  }

  private Visit<T> visitOf(T node) {
    Visit<T> visit = visits.get(node);
    if (visit == null) {
      throw new IllegalArgumentException("no such node: " + node);
    }
    return visit;
  }
}
