package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.SqlName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Names of relations as people give them: `schema.name`, or `name` for one of any schema, with `*`
/// for any characters and `?` for one. Upper and lower case differ.
public final class TablePatterns {
  private TablePatterns() {}

  /// What fits, each pattern at least once.
  ///
  /// @throws BackupException `BAD_ARGUMENT` that names a pattern which nothing fits
  static List<DumpedRelation> select(List<DumpedRelation> relations, List<String> patterns) {
    List<DumpedRelation> selected = new ArrayList<>();
    for (String text : patterns) {
      Pattern pattern = pattern(text);
      List<DumpedRelation> found =
          relations.stream().filter(relation -> fits(pattern, relation.name())).toList();
      if (found.isEmpty()) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "the dump has no table that fits " + Quoted.of(text),
            "'holdfast dump list' shows what it has; upper and lower case differ.");
      }
      selected.addAll(found);
    }
    return selected.stream().distinct().toList();
  }

  /// The names that fit, as above.
  public static List<SqlName> names(List<SqlName> tables, List<String> patterns) {
    List<DumpedRelation> relations =
        tables.stream()
            .map(table -> new DumpedRelation(0, "r", table, List.of(), List.of()))
            .toList();
    return select(relations, patterns).stream().map(DumpedRelation::name).toList();
  }

  /// What fits one of some patterns.
  static Predicate<DumpedRelation> anyOf(List<String> patterns) {
    List<Pattern> compiled = patterns.stream().map(TablePatterns::pattern).toList();
    return relation -> compiled.stream().anyMatch(pattern -> fits(pattern, relation.name()));
  }

  private static boolean fits(Pattern pattern, SqlName name) {
    return pattern.matcher(name.toString()).matches() || pattern.matcher(name.name()).matches();
  }

  private static Pattern pattern(String text) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(Character.toString(c));
          });
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
