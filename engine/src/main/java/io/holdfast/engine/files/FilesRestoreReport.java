package io.holdfast.engine.files;

import io.holdfast.base.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a restore did.
///
/// @param written regular files whose content was written
/// @param writtenBytes what was written, wherever it came from
/// @param fetchedBytes what was read from the repository for it
/// @param failed entries that are missing or not as they should be
/// @param problems the first of them, in words
public record FilesRestoreReport(
    FilesRestorePlan plan,
    long written,
    long writtenBytes,
    long fetchedBytes,
    long ownersNotSet,
    long attributesNotSet,
    long failed,
    List<String> problems) {
  public FilesRestoreReport {
    problems = List.copyOf(problems);
  }

  /// True if everything is there with all of its metadata.
  public boolean isComplete() {
    return failed == 0 && ownersNotSet == 0 && attributesNotSet == 0;
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>(plan.toMap());
    map.put("written", written);
    map.put("writtenBytes", writtenBytes);
    map.put("fetchedBytes", fetchedBytes);
    map.put("ownersNotSet", ownersNotSet);
    map.put("attributesNotSet", attributesNotSet);
    map.put("failed", failed);
    map.put("problems", problems);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("restored " + plan.backup().record().name() + " to " + plan.request().to());
    lines.add(
        "  "
            + plan.entries()
            + " entries; wrote "
            + written
            + " files with "
            + new ByteSize(writtenBytes));
    return lines;
  }

  /// What a person should know beside that.
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>(problems);
    if (ownersNotSet > 0) {
      warnings.add(
          ownersNotSet + " entries belong to the user who restored: only root can give files away");
    }
    if (attributesNotSet > 0) {
      warnings.add(attributesNotSet + " extended attributes or access lists could not be set");
    }
    return warnings;
  }
}
