package io.holdfast.tenant.scope;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Puts another schema into the text of a scope map and leaves everything that people wrote as it
/// is: only the line `schemaFingerprint` and the section `schema` change.
public final class SchemaRecord {
  private SchemaRecord() {}

  /// @param file where the text is from, for messages
  /// @throws BackupException `SCOPE_MAP_INVALID` if the text is written in a way that this cannot
  ///   be done
  public static String replaced(Path file, String text, SchemaText schema) {
    if (!(ScopeFileReader.parse(file, text) instanceof ScopeMap before)) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_INVALID,
          "scope map " + file + " takes its schema from its base",
          "Accept the schema for the file that it names under base.");
    }
    List<String> lines = withoutSchema(text);
    int at = position(lines);
    if (at < 0) {
      throw unsuitable(file);
    }
    lines.add(at, "schemaFingerprint: " + schema.fingerprint());
    while (lines.getLast().isBlank()) {
      lines.removeLast();
    }
    String replaced = String.join("\n", lines) + "\n" + ScopeMapWriter.schemaSection(schema);
    if (!ScopeFileReader.parse(file, replaced).equals(before.withSchema(schema))) {
      throw unsuitable(file);
    }
    return replaced;
  }

  private static List<String> withoutSchema(String text) {
    List<String> kept = new ArrayList<>();
    boolean within = false;
    for (String line : text.lines().toList()) {
      if (line.startsWith("schema:")) {
        within = true;
        while (!kept.isEmpty() && ScopeMapWriter.SCHEMA_COMMENTS.contains(kept.getLast())) {
          kept.removeLast();
        }
      } else if (within && !line.isBlank() && line.charAt(0) != ' ' && line.charAt(0) != '#') {
        within = false;
      }
      if (!within && !line.startsWith("schemaFingerprint:")) {
        kept.add(line);
      }
    }
    return kept;
  }

  /// Behind the name.
  private static int position(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("name:")) {
        return i + 1;
      }
    }
    return -1;
  }

  private static BackupException unsuitable(Path file) {
    return new BackupException(
        ErrorCode.SCOPE_MAP_INVALID,
        "the schema cannot be put into " + file + " without changing the rest of it",
        "Write each part of the map on lines of its own, beginning with its name, as 'holdfast scope"
            + " discover' does.");
  }
}
