package io.holdfast.tenant.check;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Says in words how the schema differs from the one that the map was made for.
final class SchemaDrift {
  static final String ACCEPT =
      "Correct the map where it needs it, then accept the schema: 'holdfast scope check FILE"
          + " --accept-schema'.";

  private final ScopeMap map;
  private final Catalog catalog;
  private final Findings findings;

  SchemaDrift(ScopeMap map, Catalog catalog, Findings findings) {
    this.map = map;
    this.catalog = catalog;
    this.findings = findings;
  }

  void run() {
    Set<QualifiedName> tables = new TreeSet<>(map.owned().keySet());
    tables.addAll(map.referenced().keySet());
    map.schema().ifPresent(schema -> tables.addAll(schema.tables().keySet()));
    SchemaText now = SchemaText.of(catalog, tables);
    if (map.schema().isPresent()) {
      recorded(map.schema().get(), now);
    } else if (map.fingerprint().isEmpty()) {
      findings.add(
          FindingCode.SCHEMA_UNRECORDED,
          "the map does not say for which schema it was made, so later changes go unnoticed",
          "Record it: 'holdfast scope check FILE --accept-schema'.");
    } else if (!map.fingerprint().get().equals(now.fingerprint())) {
      findings.add(
          FindingCode.SCHEMA_CHANGED,
          "the schema is not the one that the map was made for; the map has no section 'schema', so"
              + " nobody can say what has changed",
          ACCEPT);
    }
  }

  private void recorded(SchemaText before, SchemaText now) {
    if (map.fingerprint().filter(print -> !print.equals(before.fingerprint())).isPresent()) {
      findings.add(
          FindingCode.SCHEMA_CHANGED,
          "schemaFingerprint is not that of the section 'schema': somebody changed one of the two",
          ACCEPT);
    }
    Set<QualifiedName> tables = new TreeSet<>(before.tables().keySet());
    tables.addAll(now.tables().keySet());
    for (QualifiedName table : tables) {
      List<String> old = before.tables().getOrDefault(table, List.of());
      List<String> present = now.tables().getOrDefault(table, List.of());
      if (old.isEmpty()) {
        changed(table, "the map did not speak of this table when its schema was recorded");
      } else if (present.isEmpty()) {
        changed(table, "the table is gone");
      } else {
        differences(old, present).forEach(text -> changed(table, text));
      }
    }
  }

  private void changed(QualifiedName table, String text) {
    findings.add(FindingCode.SCHEMA_CHANGED, table, text, ACCEPT);
  }

  /// What was added, what is gone, and what is not as it was.
  static List<String> differences(List<String> before, List<String> now) {
    Map<String, String> old = bySubject(before, now);
    Map<String, String> present = bySubject(now, before);
    List<String> differences = new ArrayList<>();
    Set<String> subjects = new LinkedHashSet<>(old.keySet());
    subjects.addAll(present.keySet());
    for (String subject : subjects) {
      String was = old.get(subject);
      String is = present.get(subject);
      if (was == null) {
        differences.add("added: " + is);
      } else if (is == null) {
        differences.add("gone: " + was);
      } else {
        differences.add("changed: " + was + ", is now: " + is);
      }
    }
    return differences;
  }

  /// The lines that the others do not have, by what they are about.
  private static Map<String, String> bySubject(List<String> lines, List<String> others) {
    Map<String, String> bySubject = new LinkedHashMap<>();
    Set<String> known = Set.copyOf(others);
    lines.stream()
        .filter(line -> !known.contains(line))
        .forEach(line -> bySubject.put(subject(line), line));
    return bySubject;
  }

  /// `column NAME` or `foreign key NAME`; a key has no name and is its own subject.
  private static String subject(String line) {
    for (String kind : List.of("column ", "foreign key ")) {
      if (line.startsWith(kind)) {
        return kind + Identifiers.leading(line.substring(kind.length()));
      }
    }
    return line;
  }
}
