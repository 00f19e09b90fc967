package io.holdfast.tenant.explain;

import io.holdfast.base.ByteSize;
import io.holdfast.base.Quoted;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.explain.ScopeExplanation.OwnedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// An explanation for people.
public final class ExplanationText {
  private ExplanationText() {}

  /// The tree, and what is beside it.
  public static List<String> tree(ScopeExplanation explanation) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "scope "
            + explanation.map().name()
            + ": the rows that belong to one row of "
            + explanation.map().root().table()
            + ", named by "
            + explanation.map().root().key());
    for (OwnedTable table : explanation.owned()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s%s  %s  (%s, %s in all)",
              "  ".repeat(table.depth()),
              Quoted.printable(table.table().text()),
              Quoted.printable(table.how()),
              table.rows().isPresent() ? "~" + table.rows().getAsLong() + " rows" : "not counted",
              new ByteSize(table.bytes())));
    }
    explanation.order().stream()
        .filter(component -> component.size() > 1)
        .forEach(component -> lines.add("in a circle, restored together: " + names(component)));
    explanation
        .map()
        .referenced()
        .forEach(
            (table, entry) ->
                lines.add(
                    "referenced: "
                        + Quoted.printable(table.text())
                        + ", found by "
                        + Quoted.printable(String.join(", ", entry.match()))
                        + ", missing: "
                        + entry.missing().word()));
    explanation
        .map()
        .excluded()
        .forEach(
            entry ->
                lines.add(
                    "excluded: "
                        + Quoted.printable(entry.pattern().text())
                        + ", "
                        + Quoted.printable(entry.reason())));
    return lines;
  }

  /// The query of each table; `$1` is the id of the scope.
  public static List<String> sql(ScopeExplanation explanation) {
    List<String> lines = new ArrayList<>();
    for (OwnedTable table : explanation.owned()) {
      lines.add("");
      lines.add(
          "-- " + Quoted.printable(table.table().text()) + ", " + Quoted.printable(table.how()));
      lines.addAll((table.selection().select() + ";").lines().toList());
    }
    return lines;
  }

  private static String names(List<QualifiedName> tables) {
    return tables.stream()
        .map(table -> Quoted.printable(table.text()))
        .collect(Collectors.joining(", "));
  }
}
