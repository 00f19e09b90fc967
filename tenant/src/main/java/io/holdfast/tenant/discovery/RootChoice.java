package io.holdfast.tenant.discovery;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.scope.Root;
import io.holdfast.tenant.scope.Via;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Finds the table that a scope begins at.
public final class RootChoice {
  private static final int SHOWN_MAX = 5;
  private static final List<String> USUAL =
      List.of(
          "tenants",
          "tenant",
          "accounts",
          "account",
          "organizations",
          "organization",
          "organisations",
          "organisation",
          "workspaces",
          "workspace",
          "companies",
          "company",
          "customers",
          "customer",
          "teams",
          "team",
          "users",
          "user");

  private final Catalog catalog;

  public RootChoice(Catalog catalog) {
    this.catalog = catalog;
  }

  /// The table that somebody named, with or without its schema.
  ///
  /// @throws io.holdfast.base.BackupException `SCOPE_ROOT_UNCLEAR` if there is none or several
  public QualifiedName named(String text) {
    if (text.indexOf('.') >= 0) {
      try {
        return QualifiedName.parse(text);
      } catch (IllegalArgumentException e) {
        throw Discovery.unclear(
            "the root '" + text + "' is no table: " + e.getMessage(), "Write schema.table.");
      }
    }
    List<QualifiedName> found =
        catalog.classifiable().stream()
            .map(Table::name)
            .filter(name -> name.name().equals(text))
            .toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw Discovery.unclear(
        found.isEmpty()
            ? "there is no table '" + text + "'"
            : "several tables have that name: " + found,
        "Name the root as schema.table.");
  }

  /// The table that is called as tenants usually are and has others below it.
  ///
  /// @throws io.holdfast.base.BackupException `SCOPE_ROOT_UNCLEAR` with the tables that have most
  ///   others below them
  public QualifiedName usual() {
    for (String usual : USUAL) {
      List<QualifiedName> found =
          catalog.classifiable().stream()
              .map(Table::name)
              .filter(name -> name.name().equalsIgnoreCase(usual))
              .filter(name -> below(name) > 1)
              .toList();
      if (found.size() == 1) {
        return found.getFirst();
      }
    }
    Map<QualifiedName, Integer> pointing = new HashMap<>();
    for (Table table : catalog.classifiable()) {
      table.foreignKeys().stream()
          .map(ForeignKey::target)
          .filter(target -> !target.equals(table.name()))
          .distinct()
          .forEach(target -> pointing.merge(target, 1, Integer::sum));
    }
    String largest =
        pointing.entrySet().stream()
            .sorted(
                Map.Entry.<QualifiedName, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(SHOWN_MAX)
            .map(entry -> entry.getKey().text())
            .collect(Collectors.joining(", "));
    throw Discovery.unclear(
        largest.isEmpty()
            ? "no table points to another"
            : "no table is called as tenants usually are; most tables point to " + largest,
        "Name the table of which one row is one tenant: --root schema.table.");
  }

  private int below(QualifiedName table) {
    Descent descent = new Descent(catalog, new Root(table, ""), _ -> true);
    descent.begin(table, new Via.OfRoot());
    return descent.run(Map.of()).size();
  }
}
