package io.holdfast.engine.dump;

import io.holdfast.base.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a restore did.
///
/// @param bytes of rows, as text
/// @param keptAs the new name of what was there before
/// @param erased what was deleted afterwards because it had been erased, in words
/// @param warnings what the server refused without harm
public record DumpRestoreReport(
    String backup,
    String database,
    String target,
    int tables,
    long rows,
    long bytes,
    long largeObjects,
    Optional<String> keptAs,
    List<String> erased,
    List<String> warnings) {
  public DumpRestoreReport {
    erased = List.copyOf(erased);
    warnings = List.copyOf(warnings);
  }

  DumpRestoreReport(
      String backup,
      String database,
      String target,
      int tables,
      long rows,
      long bytes,
      long largeObjects,
      Optional<String> keptAs,
      List<String> warnings) {
    this(backup, database, target, tables, rows, bytes, largeObjects, keptAs, List.of(), warnings);
  }

  /// The same of a database that got another name after it was restored.
  DumpRestoreReport at(String newTarget, Optional<String> oldName, List<String> newWarnings) {
    return new DumpRestoreReport(
        backup,
        database,
        newTarget,
        tables,
        rows,
        bytes,
        largeObjects,
        oldName,
        erased,
        newWarnings);
  }

  DumpRestoreReport erased(List<String> lines) {
    return new DumpRestoreReport(
        backup, database, target, tables, rows, bytes, largeObjects, keptAs, lines, warnings);
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", backup);
    map.put("database", database);
    map.put("target", target);
    map.put("tables", tables);
    map.put("rows", rows);
    map.put("bytes", bytes);
    map.put("largeObjects", largeObjects);
    keptAs.ifPresent(name -> map.put("keptAs", name));
    map.put("erased", erased);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("restored " + database + " of " + backup + " to " + target);
    lines.add(
        "  "
            + rows
            + " rows of "
            + tables
            + " tables, "
            + new ByteSize(bytes)
            + (largeObjects == 0 ? "" : ", " + largeObjects + " large objects"));
    if (!erased.isEmpty()) {
      lines.add("deleted again, because it was erased:");
      erased.forEach(line -> lines.add("  " + line));
    }
    return lines;
  }
}
