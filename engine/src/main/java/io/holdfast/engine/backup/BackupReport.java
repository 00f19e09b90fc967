package io.holdfast.engine.backup;

import io.holdfast.engine.BackupViews;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A backup that was published, and what a person should know about it.
public record BackupReport(StoredSnapshot backup, List<String> warnings) {
  public BackupReport {
    warnings = List.copyOf(warnings);
  }

  /// The same with more warnings.
  public BackupReport with(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return new BackupReport(backup, all);
  }

  /// The name under which it can be found.
  public String name() {
    return backup.record().name();
  }

  /// True if pages were damaged at the source already.
  public boolean isDamaged() {
    return BackupViews.damaged(backup.record());
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = BackupViews.jsonDetail(backup);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    return BackupViews.detail(backup);
  }
}
