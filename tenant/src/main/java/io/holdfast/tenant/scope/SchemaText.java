package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What of a schema matters to a scope, in lines that people can read, and its fingerprint. The
/// lines are specified in `docs/format/scope.md`.
public record SchemaText(SortedMap<QualifiedName, List<String>> tables) {
  public SchemaText {
    SortedMap<QualifiedName, List<String>> copy = new TreeMap<>();
    tables.forEach((table, lines) -> copy.put(table, List.copyOf(lines)));
    tables = Collections.unmodifiableSortedMap(copy);
  }

  /// Of these tables, as far as they exist.
  public static SchemaText of(Catalog catalog, Collection<QualifiedName> wanted) {
    SortedMap<QualifiedName, List<String>> tables = new TreeMap<>();
    for (QualifiedName name : wanted) {
      catalog.table(name).ifPresent(table -> tables.put(name, lines(table)));
    }
    return new SchemaText(tables);
  }

  /// Of the tables that the map owns or refers to.
  public static SchemaText of(Catalog catalog, ScopeMap map) {
    List<QualifiedName> wanted = new ArrayList<>(map.owned().keySet());
    wanted.addAll(map.referenced().keySet());
    return of(catalog, wanted);
  }

  /// `sha256:` and 64 hexadecimal digits. The order of lines does not matter, that of columns in
  /// keys does.
  public String fingerprint() {
    StringBuilder text = new StringBuilder();
    tables.forEach(
        (table, lines) -> {
          text.append("table ").append(table.text()).append('\n');
          lines.stream().sorted().forEach(line -> text.append("  ").append(line).append('\n'));
        });
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static List<String> lines(Table table) {
    List<String> lines = new ArrayList<>();
    table.columns().forEach(column -> lines.add(line(column)));
    table.keys().stream().map(SchemaText::line).sorted().distinct().forEach(lines::add);
    table.foreignKeys().stream().map(SchemaText::line).forEach(lines::add);
    return lines;
  }

  private static String line(Column column) {
    return "column "
        + Identifiers.text(column.name())
        + " "
        + column.type()
        + (column.isNullable() ? "" : " not null")
        + switch (column.identity()) {
          case NONE -> "";
          case ALWAYS -> " identity always";
          case BY_DEFAULT -> " identity by default";
        }
        + switch (column.generation()) {
          case NONE -> "";
          case STORED -> " generated stored";
          case VIRTUAL -> " generated virtual";
        };
  }

  private static String line(Key key) {
    return (key.isPrimary() ? "primary key " : "unique ")
        + list(key.columns())
        + switch (key.timing()) {
          case IMMEDIATE -> "";
          case DEFERRABLE -> " deferrable";
        };
  }

  private static String line(ForeignKey key) {
    return "foreign key "
        + Identifiers.text(key.name())
        + " "
        + list(key.columns())
        + " to "
        + key.target().text()
        + " "
        + list(key.targetColumns())
        + switch (key.match()) {
          case SIMPLE -> "";
          case FULL -> " match full";
          case PARTIAL -> " match partial";
        }
        + action(" on delete ", key.onDelete())
        + action(" on update ", key.onUpdate())
        + switch (key.timing()) {
          case IMMEDIATE -> "";
          case DEFERRABLE -> " deferrable";
          case DEFERRED -> " deferred";
        };
  }

  private static String action(String words, ForeignKey.Action action) {
    return action == ForeignKey.Action.NO_ACTION ? "" : words + action.words();
  }

  private static String list(List<String> names) {
    return names.stream().map(Identifiers::text).collect(Collectors.joining(", ", "(", ")"));
  }
}
