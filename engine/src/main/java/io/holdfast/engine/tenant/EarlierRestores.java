package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.tenant.restore.Goal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What restores of a tenant left of themselves: runs of a copy, and what else was done since the
/// first of them.
///
/// @param all the oldest first
record EarlierRestores(List<Earlier> all) {
  private static final int COUNT_MAX = 1000;

  EarlierRestores {
    all = List.copyOf(all);
  }

  /// One of them.
  record Earlier(TenantContents contents, Part part) {}

  /// What it has to do with the copy.
  enum Part {
    RUN,
    /// A run whose rows were never committed; files that it made may be there.
    RUN_IN_VAIN,
    OTHER
  }

  static EarlierRestores none() {
    return new EarlierRestores(List.of());
  }

  /// Those that went before a copy.
  static EarlierRestores of(
      Repository repository, String source, String scope, Goal.Copy copy, TenantTarget target)
      throws IOException {
    Map<String, String> database = new TreeMap<>();
    target.identity().ifPresent(identity -> database.put(TenantDraft.DATABASE, identity));
    List<Chosen> newestFirst = new ArrayList<>();
    int oldest = 0;
    for (StoredSnapshot found : BackupCatalog.of(repository).ofSource(source).reversed()) {
      SnapshotRecord record = found.record();
      if (!record.kind().equals(TenantDraft.SAFETY_KIND)
          || !TenantContents.isOf(found, scope, copy.to())
          || !has(record, database)) {
        continue;
      }
      boolean committed = target.isCommitted(record.attributes().get(TenantDraft.TRANSACTION));
      if (has(record, attributes(copy))) {
        newestFirst.add(new Chosen(found, committed ? Part.RUN : Part.RUN_IN_VAIN));
        oldest = newestFirst.size();
      } else if (committed) {
        newestFirst.add(new Chosen(found, Part.OTHER));
      }
    }
    if (oldest > COUNT_MAX) {
      throw new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          "since the copy "
              + copy.operation()
              + " was first made there were "
              + oldest
              + " restores",
          "Nothing was changed. Forget older safety backups, or make a new copy, with another"
              + " --operation.");
    }
    // What came before the first run of the copy has nothing to do with it.
    List<Earlier> opened = new ArrayList<>();
    for (Chosen chosen : newestFirst.subList(0, oldest).reversed()) {
      opened.add(new Earlier(TenantContents.of(repository, chosen.backup()), chosen.part()));
    }
    return new EarlierRestores(opened);
  }

  private record Chosen(StoredSnapshot backup, Part part) {}

  private static boolean has(SnapshotRecord record, Map<String, String> attributes) {
    return record.attributes().entrySet().containsAll(attributes.entrySet());
  }

  /// What a run of a copy says of itself: ids of another tenant are other ids.
  static Map<String, String> attributes(Goal.Copy copy) {
    return Map.of(TenantDraft.COPIED, copy.from(), TenantDraft.OPERATION, copy.operation());
  }

  /// Runs of the copy, also those in vain.
  List<TenantContents> runs() {
    return all.stream()
        .filter(earlier -> earlier.part() != Part.OTHER)
        .map(Earlier::contents)
        .toList();
  }
}
