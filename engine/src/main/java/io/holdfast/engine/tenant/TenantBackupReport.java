package io.holdfast.engine.tenant;

import io.holdfast.engine.BackupViews;
import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A backup of a tenant that was published.
///
/// @param warnings what is not in it, and what points out of the scope
public record TenantBackupReport(
    StoredSnapshot backup, String id, List<Table> tables, List<String> warnings) {
  public TenantBackupReport {
    tables = List.copyOf(tables);
    warnings = List.copyOf(warnings);
  }

  /// How many rows of a table it has.
  public record Table(String name, long rows) {}

  public TenantBackupReport with(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return new TenantBackupReport(backup, id, tables, all);
  }

  /// The permanent id of the backup.
  public String snapshot() {
    return backup.id().toString();
  }

  public String name() {
    return backup.record().name();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = BackupViews.jsonDetail(backup);
    Map<String, Object> rows = new LinkedHashMap<>();
    tables.forEach(table -> rows.put(table.name(), table.rows()));
    map.put("scopeId", id);
    map.put("rows", rows);
    map.put("warnings", warnings);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>(BackupViews.detail(backup));
    for (Table table : tables) {
      lines.add(String.format(Locale.ROOT, "  %-32s %10d rows", table.name(), table.rows()));
    }
    return lines;
  }
}
