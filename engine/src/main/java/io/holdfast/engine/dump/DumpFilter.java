package io.holdfast.engine.dump;

import io.holdfast.base.Quoted;
import io.holdfast.postgres.dump.ChosenRelations;
import io.holdfast.postgres.dump.DumpedRelation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Which tables, views and sequences are dumped: `schema.name`, or `name` for those of any schema,
/// with `*` and `?`. Partitions and owned sequences go with their tables.
///
/// @param included only these; empty for all
/// @param excluded not these, also where they are included
public record DumpFilter(List<String> included, List<String> excluded) {
  public static final DumpFilter ALL = new DumpFilter(List.of(), List.of());

  public DumpFilter {
    included = List.copyOf(included);
    excluded = List.copyOf(excluded);
  }

  boolean takesAll() {
    return included.isEmpty() && excluded.isEmpty();
  }

  /// Those that are dumped.
  Collection<DumpedRelation> choose(List<DumpedRelation> all) {
    Predicate<DumpedRelation> fits = included.isEmpty() ? _ -> true : TablePatterns.anyOf(included);
    Map<Long, DumpedRelation> chosen =
        new ChosenRelations(all, all.stream().filter(fits).toList()).chosen();
    List<DumpedRelation> left =
        excluded.isEmpty()
            ? List.of()
            : all.stream().filter(TablePatterns.anyOf(excluded)).toList();
    new ChosenRelations(all, left).chosen().keySet().forEach(chosen::remove);
    return chosen.values();
  }

  /// Patterns that nothing fits, in words: there may be a slip in them.
  List<String> remarks(List<DumpedRelation> all) {
    List<String> remarks = new ArrayList<>();
    for (List<String> patterns : List.of(included, excluded)) {
      for (String pattern : patterns) {
        if (all.stream().noneMatch(TablePatterns.anyOf(List.of(pattern)))) {
          remarks.add("nothing fits " + Quoted.of(pattern) + "; upper and lower case differ");
        }
      }
    }
    return remarks;
  }
}
