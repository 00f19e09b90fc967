package io.holdfast.engine.retention;

import io.holdfast.repository.SnapshotRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What can stand in for each other: backups of one source and kind that are of the same thing,
/// such as one tenant, the same directories, or the same databases with the same tables. Files say
/// nothing of a cluster, so they never take its places.
public record Series(String source, String kind, String domain, Map<String, String> subject) {
  private static final Set<String> NAMES = Set.of("scope", "scopeId", "content");
  private static final List<String> BEGINNINGS =
      List.of("path.", "database.", "include.", "exclude.", "skipped.", "without.");

  public Series {
    subject = Map.copyOf(subject);
  }

  /// That of a backup.
  public static Series of(SnapshotRecord record) {
    Map<String, String> subject = new HashMap<>(record.attributes());
    subject.keySet().removeIf(name -> !isSubject(name));
    return new Series(record.source(), record.kind(), record.domain(), subject);
  }

  private static boolean isSubject(String name) {
    return NAMES.contains(name) || BEGINNINGS.stream().anyMatch(name::startsWith);
  }
}
