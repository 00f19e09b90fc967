package io.holdfast.engine.files;

import io.holdfast.engine.BackupViews;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A backup of files that was published, and what is not in it.
///
/// @param unread how many entries could not be read and are missing
/// @param problems the first of them, in words
public record FilesBackupReport(
    StoredSnapshot backup,
    long unchanged,
    long changed,
    long changedWhileRead,
    long unread,
    List<String> problems,
    List<String> warnings) {
  public FilesBackupReport {
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /// The same with more warnings.
  public FilesBackupReport with(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return new FilesBackupReport(
        backup, unchanged, changed, changedWhileRead, unread, problems, all);
  }

  public String name() {
    return backup.record().name();
  }

  /// True if everything that was asked for is in the backup.
  public boolean isComplete() {
    return unread == 0;
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = BackupViews.jsonDetail(backup);
    map.put("unchanged", unchanged);
    map.put("changed", changed);
    map.put("changedWhileRead", changedWhileRead);
    map.put("unread", unread);
    map.put("problems", problems);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    return BackupViews.detail(backup);
  }
}
