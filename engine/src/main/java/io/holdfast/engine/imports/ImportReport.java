package io.holdfast.engine.imports;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.BackupViews;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A backup that was made of a file.
///
/// @param kind of the file, in words
/// @param bytes of rows
public record ImportReport(
    StoredSnapshot backup,
    String file,
    String kind,
    int tables,
    long rows,
    long bytes,
    List<String> warnings) {
  public ImportReport {
    warnings = List.copyOf(warnings);
  }

  /// The same with more warnings.
  public ImportReport with(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return new ImportReport(backup, file, kind, tables, rows, bytes, all);
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = BackupViews.jsonDetail(backup);
    map.put("file", file);
    map.put("fileKind", kind);
    map.put("tables", tables);
    map.put("rows", rows);
    map.put("rowBytes", bytes);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>(BackupViews.detail(backup));
    lines.add(
        "  imported "
            + rows
            + " rows of "
            + tables
            + " tables, "
            + new ByteSize(bytes)
            + ", from "
            + file
            + " ("
            + kind
            + ")");
    return lines;
  }
}
