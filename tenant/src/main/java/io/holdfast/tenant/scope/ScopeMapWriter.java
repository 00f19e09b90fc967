package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.ColumnRule.OnClone;
import io.holdfast.tenant.scope.ColumnRule.OnRestore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes a scope map for people: always the same text for the same map, with comments that say
/// what each part is for. [ScopeFileReader] reads the same map from it.
public final class ScopeMapWriter {
  static final List<String> SCHEMA_COMMENTS =
      List.of(
          "# What the tables were like when this map was made. Written by the program, so that 'scope",
          "# check' can say what has changed.");

  private final StringBuilder out = new StringBuilder();
  private final Map<QualifiedName, String> remarks;

  private ScopeMapWriter(Map<QualifiedName, String> remarks) {
    this.remarks = remarks;
  }

  /// @param remarks a comment for each of some tables
  public static String write(ScopeMap map, Map<QualifiedName, String> remarks) {
    ScopeMapWriter writer = new ScopeMapWriter(remarks);
    writer.head(map);
    writer.owned(map);
    writer.referenced(map);
    writer.excluded(map);
    writer.rules(map);
    writer.assets(map);
    map.schema().ifPresent(writer::schema);
    return writer.out.toString();
  }

  /// Only the section `schema`.
  static String schemaSection(SchemaText schema) {
    ScopeMapWriter writer = new ScopeMapWriter(Map.of());
    writer.schema(schema);
    return writer.out.toString();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private void section(String name, String... comments) {
    line("");
    for (String comment : comments) {
      line("# " + comment);
    }
    line(name);
  }

  private void head(ScopeMap map) {
    line(
        YamlText.comment(
            "Which rows belong to one row of "
                + map.root().table()
                + ". docs/format/scope.md explains each part."));
    line("# 'holdfast scope check' holds this file against a database.");
    line("kind: Scope");
    line("version: 1");
    line("name: " + YamlText.of(map.name()));
    map.fingerprint().ifPresent(print -> line("schemaFingerprint: " + print));
    line(
        "root: {table: "
            + YamlText.of(map.root().table().text())
            + ", key: "
            + YamlText.list(List.of(map.root().key()))
            + "}");
    map.tenantColumn().ifPresent(column -> line("tenantColumn: " + YamlText.of(column)));
  }

  private void owned(ScopeMap map) {
    section("owned:", "Rows that belong to the scope. A restore writes and deletes them.");
    map.owned()
        .forEach(
            (table, owned) -> {
              remark(table);
              String key = "  " + YamlText.of(table.text()) + ":";
              List<String> more = details(owned);
              if (more.isEmpty() && !(owned.via() instanceof Via.OfPolymorphic)) {
                line(key + " {via: " + via(owned.via()) + "}");
              } else {
                line(key);
                line("    via: " + via(owned.via()));
                more.forEach(text -> line("    " + text));
              }
            });
  }

  private static List<String> details(Owned owned) {
    List<String> details = new ArrayList<>();
    owned.where().ifPresent(where -> details.add("where: " + YamlText.of(where.text())));
    if (!owned.shared().isEmpty()) {
      details.add("shared:");
      owned
          .shared()
          .forEach(
              (constraint, choice) ->
                  details.add("  " + YamlText.of(constraint) + ": " + word(choice)));
    }
    owned.exportName().ifPresent(name -> details.add("export: " + YamlText.of(name)));
    if (!owned.largeObjects().isEmpty()) {
      details.add("largeObjects: " + YamlText.list(owned.largeObjects()));
    }
    return details;
  }

  private static String via(Via via) {
    return switch (via) {
      case Via.OfRoot() -> "root";
      case Via.OfColumn(String column) -> YamlText.of("column " + column);
      case Via.OfForeignKey(String constraint) -> YamlText.of("fk " + constraint);
      case Via.OfPolymorphic way ->
          "{polymorphic: {type: "
              + YamlText.of(way.typeColumn())
              + ", id: "
              + YamlText.of(way.idColumn())
              + ", map: "
              + way.targets().entrySet().stream()
                  .map(e -> YamlText.of(e.getKey()) + ": " + YamlText.of(e.getValue().text()))
                  .collect(Collectors.joining(", ", "{", "}"))
              + "}}";
    };
  }

  private void referenced(ScopeMap map) {
    if (map.referenced().isEmpty()) {
      return;
    }
    section(
        "referenced:",
        "Tables that owned rows point to. A restore finds their rows by these columns and never",
        "writes them. missing: fail (the default), null, map-to-operator or create.");
    map.referenced()
        .forEach(
            (table, referenced) -> {
              remark(table);
              line(
                  "  "
                      + YamlText.of(table.text())
                      + ": {match: "
                      + YamlText.list(referenced.match())
                      + (referenced.missing() == Referenced.Missing.FAIL
                          ? ""
                          : ", missing: " + referenced.missing().word())
                      + "}");
            });
  }

  private void excluded(ScopeMap map) {
    if (map.excluded().isEmpty()) {
      return;
    }
    section("excluded:", "Tables that are left out, each with the reason.");
    for (Exclusion exclusion : map.excluded()) {
      exclusion.pattern().exact().ifPresent(this::remark);
      line("  " + YamlText.of(exclusion.pattern().text()) + ": " + YamlText.of(exclusion.reason()));
    }
  }

  private void rules(ScopeMap map) {
    if (!map.virtualReferences().isEmpty()) {
      section("virtualReferences:", "References that no foreign key declares.");
      map.virtualReferences()
          .forEach(
              reference ->
                  line(
                      "  - {from: "
                          + YamlText.of(reference.from().text())
                          + reference.json().map(json -> ", json: " + YamlText.of(json)).orElse("")
                          + ", to: "
                          + YamlText.of(reference.to().text())
                          + "}"));
    }
    if (!map.columns().isEmpty()) {
      section(
          "columns:",
          "restore: backup (the default), keep-target, null or {expression: SQL};",
          "clone: copy (the default), suffix, renumber, null or {expression: SQL}.");
      map.columns()
          .forEach(
              (column, rule) -> line("  " + YamlText.of(column.text()) + ": {" + rule(rule) + "}"));
    }
    section(
        "triggers: " + map.triggers().name().toLowerCase(Locale.ROOT),
        "fire: the users' triggers do as always during a restore; replica: they do not.");
  }

  private static String rule(ColumnRule rule) {
    String restore =
        switch (rule.onRestore()) {
          case OnRestore.Backup() -> "backup";
          case OnRestore.KeepTarget() -> "keep-target";
          case OnRestore.SetNull() -> "null";
          case OnRestore.Expression(SqlCondition sql) -> expression(sql);
        };
    String onClone =
        switch (rule.onClone()) {
          case OnClone.Copy() -> "copy";
          case OnClone.Suffix() -> "suffix";
          case OnClone.Renumber() -> "renumber";
          case OnClone.SetNull() -> "null";
          case OnClone.Expression(SqlCondition sql) -> expression(sql);
        };
    return "restore: " + restore + ", clone: " + onClone;
  }

  private static String expression(SqlCondition sql) {
    return "{expression: " + YamlText.of(sql.text()) + "}";
  }

  private void assets(ScopeMap map) {
    if (map.assets().isEmpty()) {
      return;
    }
    section(
        "assets:", "Files and large objects that belong to rows; requests take or leave a group.");
    map.assets()
        .forEach(
            (name, group) ->
                line(
                    "  "
                        + YamlText.of(name)
                        + ": {table: "
                        + YamlText.of(group.table().text())
                        + switch (group) {
                          case AssetGroup.FileGroup files ->
                              ", key: "
                                  + YamlText.of(files.key())
                                  + ", store: "
                                  + YamlText.of(files.store())
                                  + files
                                      .keys()
                                      .map(keys -> ", keys: " + YamlText.of(keys.text()))
                                      .orElse("");
                          case AssetGroup.LargeObjectGroup objects ->
                              ", largeObject: " + YamlText.of(objects.column());
                        }
                        + "}"));
  }

  private void schema(SchemaText schema) {
    line("");
    SCHEMA_COMMENTS.forEach(this::line);
    line(schema.tables().isEmpty() ? "schema: {}" : "schema:");
    schema
        .tables()
        .forEach(
            (table, lines) -> {
              line("  " + YamlText.of(table.text()) + (lines.isEmpty() ? ": []" : ":"));
              lines.forEach(text -> line("    - " + YamlText.of(text)));
            });
  }

  private void remark(QualifiedName table) {
    String remark = remarks.get(table);
    if (remark != null) {
      remark.lines().forEach(text -> line("  " + YamlText.comment(text)));
    }
  }

  private static String word(Shared shared) {
    return shared.name().toLowerCase(Locale.ROOT);
  }
}
