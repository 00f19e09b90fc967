package io.holdfast.engine.catalog;

import io.holdfast.engine.BackupCatalog;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A catalog as it was at some time.
///
/// @param id permanent, of the snapshot
/// @param name for people
/// @param lineage the catalog's own id: two catalogs that serve one repository, or a lost one and
///   the one that took its place, are told apart by it
/// @param savedAt when what it says was so
/// @param facts what its server says of it, for people and for whoever reads it: how many of what,
///   the version of its tables
public record SavedCatalog(
    String id,
    String name,
    String lineage,
    Instant savedAt,
    long bytes,
    SortedMap<String, String> facts) {
  static final String KIND = BackupCatalog.SERVER_CATALOG;
  static final String SCOPE = "scope";
  static final String SCOPE_ID = "scopeId";
  private static final String FACT = "fact.";

  public SavedCatalog {
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  static SavedCatalog of(StoredSnapshot stored) {
    SnapshotRecord record = stored.record();
    SortedMap<String, String> facts = new TreeMap<>();
    record
        .attributes()
        .forEach(
            (name, value) -> {
              if (name.startsWith(FACT)) {
                facts.put(name.substring(FACT.length()), value);
              }
            });
    return new SavedCatalog(
        stored.id().toString(),
        record.name(),
        record.attributes().getOrDefault(SCOPE_ID, ""),
        record.startedAt(),
        record.logicalBytes(),
        facts);
  }

  /// Retention takes those of one lineage for one series: no other takes the places of its newest.
  static SortedMap<String, String> attributes(String lineage, Map<String, String> facts) {
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put(SCOPE, KIND);
    attributes.put(SCOPE_ID, lineage);
    facts.forEach((name, value) -> attributes.put(FACT + name, value));
    return attributes;
  }
}
