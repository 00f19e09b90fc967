package io.holdfast.engine.tenant;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// Files or large objects that are neither read nor written because they are not the tenant's
/// alone: how many, and the first of them. *Confined.*
final class LeftAlone {
  private static final int SHOWN_MAX = 5;

  private final String what;
  private final Map<Why, Integer> counts = new EnumMap<>(Why.class);
  private final Map<Why, SortedSet<String>> first = new EnumMap<>(Why.class);

  /// @param what is said behind the count
  LeftAlone(String what) {
    this.what = what;
  }

  /// Whose they may be.
  enum Why {
    NAMED_BY_OTHERS("rows of others name them, too"),
    NAMED_ELSEWISE("their names are not like those that the scope map says are this tenant's");

    private final String text;

    Why(String text) {
      this.text = text;
    }
  }

  void add(Why why, String name) {
    counts.merge(why, 1, Integer::sum);
    SortedSet<String> shown = first.computeIfAbsent(why, _ -> new TreeSet<>());
    shown.add(name);
    if (shown.size() > SHOWN_MAX) {
      shown.removeLast();
    }
  }

  long count() {
    return counts.values().stream().mapToLong(Integer::longValue).sum();
  }

  /// A sentence for each reason.
  List<String> texts() {
    List<String> texts = new ArrayList<>();
    counts.forEach(
        (why, count) -> {
          SortedSet<String> shown = first.getOrDefault(why, new TreeSet<>());
          texts.add(
              count
                  + " "
                  + what
                  + why.text
                  + " ("
                  + String.join(", ", shown)
                  + (count > shown.size() ? ", …)" : ")"));
        });
    return texts;
  }
}
