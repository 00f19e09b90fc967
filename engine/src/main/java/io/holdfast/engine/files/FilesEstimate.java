package io.holdfast.engine.files;

import io.holdfast.base.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a backup of files would hold and read, found out without reading or storing anything.
///
/// @param comparedWith the newest backup of the source; empty if there is none to compare with
/// @param entries what would be in the backup
/// @param changes how that differs from the backup it was compared with
/// @param readBytes of content that would be read from the source
/// @param unread how many entries cannot be read and would be missing
/// @param problems the first of them, in words
public record FilesEstimate(
    String source,
    Optional<String> comparedWith,
    Entries entries,
    Changes changes,
    long readBytes,
    long unread,
    List<String> problems,
    List<String> warnings) {
  /// What would be in the backup.
  ///
  /// @param files regular ones, further names of them included
  /// @param others links, pipes, sockets, devices
  /// @param bytes of content, without holes
  public record Entries(long files, long directories, long others, long bytes) {
    public long count() {
      return files + directories + others;
    }
  }

  /// Entries by what would be done with them.
  ///
  /// @param changed those that differ, and those of which nobody can tell without reading
  /// @param removed what the backup it was compared with has and this one would not
  public record Changes(long added, long changed, long unchanged, long removed) {}

  public FilesEstimate {
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /// True if everything that was asked for would be in the backup.
  public boolean isComplete() {
    return unread == 0;
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("dryRun", true);
    map.put("source", source);
    map.put("comparedWith", comparedWith.orElse(null));
    map.put("entries", entries.count());
    map.put("files", entries.files());
    map.put("directories", entries.directories());
    map.put("others", entries.others());
    map.put("bytes", entries.bytes());
    map.put("new", changes.added());
    map.put("changed", changes.changed());
    map.put("unchanged", changes.unchanged());
    map.put("removed", changes.removed());
    map.put("readBytes", readBytes);
    map.put("unread", unread);
    map.put("problems", problems);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "would back up "
            + entries.count()
            + " entries of source "
            + source
            + ", "
            + new ByteSize(entries.bytes()));
    lines.add(
        "  %d files, %d directories, %d others"
            .formatted(entries.files(), entries.directories(), entries.others()));
    lines.add(
        comparedWith
            .map(backup -> "  compared with " + backup)
            .orElse("  there is no backup to compare with"));
    lines.add(
        "  %d new, %d changed, %d unchanged, %d removed"
            .formatted(changes.added(), changes.changed(), changes.unchanged(), changes.removed()));
    lines.add("  would read " + new ByteSize(readBytes));
    if (unread > 0) {
      lines.add("  " + unread + " more cannot be read, or not wholly, and would be missing");
    }
    return lines;
  }
}
