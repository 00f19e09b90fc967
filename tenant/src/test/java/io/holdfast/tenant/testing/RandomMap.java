package io.holdfast.tenant.testing;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ColumnRule;
import io.holdfast.tenant.scope.ColumnRule.OnClone;
import io.holdfast.tenant.scope.ColumnRule.OnRestore;
import io.holdfast.tenant.scope.Exclusion;
import io.holdfast.tenant.scope.KeyPattern;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.Root;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.SqlCondition;
import io.holdfast.tenant.scope.TablePattern;
import io.holdfast.tenant.scope.Triggers;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.scope.VirtualReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A scope map with chance in all of its parts and names. No database has such tables.
public final class RandomMap {
  private static final String LETTERS = "ab_Z9.\"' \n*ä:#,{}[]&!|>%@`-?日\u0007";
  private static final List<String> WORDS =
      List.of(
          "null", "yes", "~", "1", "1.5", "true", "- a", "? b", "a: b", "a #b", " x ", "é\u0085");

  private final SplittableRandom random;
  private int names;

  public RandomMap(SplittableRandom random) {
    this.random = random;
  }

  public ScopeMap map() {
    QualifiedName root = table();
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    owned.put(root, owned(new Via.OfRoot()));
    for (int i = random.nextInt(5); i > 0; i--) {
      owned.put(table(), owned(via(List.copyOf(owned.keySet()))));
    }
    SortedMap<QualifiedName, Referenced> referenced = new TreeMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      referenced.put(
          table(), new Referenced(List.of(text(), text()), any(Referenced.Missing.values())));
    }
    List<Exclusion> excluded = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      excluded.add(new Exclusion(TablePattern.of(table()), text()));
    }
    excluded.add(new Exclusion(TablePattern.parse("audit.*_" + names), text()));
    ScopeMap map =
        new ScopeMap(
            "account",
            new Root(root, text()),
            maybe(text()),
            owned,
            referenced,
            excluded,
            List.of(new VirtualReference(column(root), maybe(text()), column(table()))),
            new TreeMap<>(Map.of(column(root), rule())),
            any(Triggers.values()),
            new TreeMap<>(
                Map.of(
                    text(),
                    new AssetGroup.FileGroup(
                        root, text(), text(), maybe("a/{id}/**").map(KeyPattern::new)),
                    "objects " + text(),
                    new AssetGroup.LargeObjectGroup(root, text()))),
            Optional.empty(),
            Optional.empty());
    SortedMap<QualifiedName, List<String>> schema = new TreeMap<>();
    owned.keySet().forEach(name -> schema.put(name, List.of("column " + text(), text())));
    return random.nextBoolean() ? map : map.withSchema(new SchemaText(schema));
  }

  private Via via(List<QualifiedName> above) {
    return switch (random.nextInt(3)) {
      case 0 -> new Via.OfColumn(text());
      case 1 -> new Via.OfForeignKey(text());
      default ->
          new Via.OfPolymorphic(
              text(),
              text(),
              new TreeMap<>(Map.of(text(), above.getFirst(), "M " + text(), above.getLast())));
    };
  }

  private Owned owned(Via via) {
    SortedMap<String, Shared> shared = new TreeMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      shared.put(text(), any(Shared.values()));
    }
    return new Owned(
        via,
        maybe(new SqlCondition("a = 'it''s: # {x}' and \"b\" > 1")),
        shared,
        Optional.of("export" + ++names),
        random.nextBoolean() ? List.of() : List.of(text(), text()));
  }

  private ColumnRule rule() {
    return new ColumnRule(
        any(
            new OnRestore.Backup(),
            new OnRestore.KeepTarget(),
            new OnRestore.SetNull(),
            new OnRestore.Expression(new SqlCondition("now()"))),
        any(
            new OnClone.Copy(),
            new OnClone.Suffix(),
            new OnClone.Renumber(),
            new OnClone.SetNull(),
            new OnClone.Expression(new SqlCondition("a || ', b'"))));
  }

  private QualifiedName table() {
    return new QualifiedName(text(), text() + ++names);
  }

  private ColumnName column(QualifiedName table) {
    return new ColumnName(table, text());
  }

  private <T> Optional<T> maybe(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }

  @SafeVarargs
  private <T> T any(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /// Never blank.
  private String text() {
    if (random.nextInt(4) == 0) {
      return WORDS.get(random.nextInt(WORDS.size())) + (random.nextBoolean() ? "" : ++names);
    }
    StringBuilder text = new StringBuilder("x");
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString() + ++names;
  }
}
