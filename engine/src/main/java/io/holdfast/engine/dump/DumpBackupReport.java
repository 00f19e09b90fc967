package io.holdfast.engine.dump;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.BackupViews;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A dump that was published.
///
/// @param warnings what it does not carry, and what else a person should know
public record DumpBackupReport(
    StoredSnapshot backup, List<Database> databases, List<String> warnings) {
  public DumpBackupReport {
    databases = List.copyOf(databases);
    warnings = List.copyOf(warnings);
  }

  /// What it holds of one database.
  ///
  /// @param bytes of rows, as text
  public record Database(String name, int tables, long rows, long bytes, long largeObjects) {
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", name);
      map.put("tables", tables);
      map.put("rows", rows);
      map.put("bytes", bytes);
      map.put("largeObjects", largeObjects);
      return map;
    }
  }

  /// The same with more warnings.
  public DumpBackupReport with(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return new DumpBackupReport(backup, databases, all);
  }

  public String name() {
    return backup.record().name();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = BackupViews.jsonDetail(backup);
    map.put("databases", databases.stream().map(Database::toMap).toList());
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>(BackupViews.detail(backup));
    for (Database database : databases) {
      lines.add(
          "  "
              + database.name()
              + ": "
              + database.rows()
              + " rows of "
              + database.tables()
              + " tables, "
              + new ByteSize(database.bytes())
              + (database.largeObjects() == 0
                  ? ""
                  : ", " + database.largeObjects() + " large objects"));
    }
    return lines;
  }
}
