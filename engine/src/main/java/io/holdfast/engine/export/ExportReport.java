package io.holdfast.engine.export;

import io.holdfast.base.ByteSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What was written.
///
/// @param target file or directory
/// @param bytes of it
public record ExportReport(
    String backup,
    String target,
    String format,
    ExportTarget.Sealing sealing,
    int tables,
    long rows,
    int files,
    long bytes,
    List<String> warnings) {
  public ExportReport {
    warnings = List.copyOf(warnings);
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", backup);
    map.put("target", target);
    map.put("format", format.toLowerCase(Locale.ROOT));
    map.put("encrypted", sealing == ExportTarget.Sealing.SEALED);
    map.put("tables", tables);
    map.put("rows", rows);
    map.put("assets", files);
    map.put("bytes", bytes);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    return List.of(
        "exported " + backup + " to " + target,
        "  "
            + rows
            + " rows of "
            + tables
            + " tables"
            + (files == 0 ? "" : ", " + files + " files")
            + ", "
            + new ByteSize(bytes)
            + (sealing == ExportTarget.Sealing.SEALED ? ", encrypted" : ""));
  }
}
