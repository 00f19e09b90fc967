package io.holdfast.engine.files;

import io.holdfast.base.ByteSize;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a restore will do.
///
/// @param entries of the selection
/// @param bytes their content
public record FilesRestorePlan(
    StoredSnapshot backup, FilesRestoreRequest request, long entries, long bytes) {
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", backup.record().name());
    map.put("to", request.to().toString());
    map.put("paths", request.paths());
    map.put("entries", entries);
    map.put("bytes", bytes);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("would restore " + backup.record().name() + " to " + request.to());
    lines.add("  " + entries + " entries, " + new ByteSize(bytes));
    switch (request.existing()) {
      case REFUSE -> lines.add("  the directory is empty or not there yet");
      case UPDATE, UPDATE_BY_CONTENT -> lines.add("  what is there and differs is replaced");
    }
    return lines;
  }
}
