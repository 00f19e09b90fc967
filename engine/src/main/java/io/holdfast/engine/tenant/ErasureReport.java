package io.holdfast.engine.tenant;

import io.holdfast.tenant.restore.Alongside;
import io.holdfast.tenant.restore.Blocked;
import io.holdfast.tenant.restore.Reason;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.TablePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/// What erasures delete in a database, or deleted.
///
/// @param remarks what a person should know
public record ErasureReport(
    String target, int erasures, List<Tenant> tenants, List<String> remarks, Outcome outcome) {
  /// How far it went.
  public enum Outcome {
    PREVIEWED,
    /// Rows stand in the way, so nothing was done.
    BLOCKED,
    DONE,
    /// There was nothing to do.
    UNCHANGED
  }

  /// What goes of one tenant.
  ///
  /// @param objects large objects
  /// @param files that only deleted rows named, by their group: nobody deletes these
  /// @param alongside rows out of the scope that the database deletes or changes along with these
  /// @param unknown how many erased rows are of tables that the database does not have, by table
  public record Tenant(
      String scope,
      String id,
      RestorePlan plan,
      long objects,
      SortedMap<String, Long> files,
      List<Alongside> alongside,
      SortedMap<String, Long> unknown) {}

  public ErasureReport {
    tenants = List.copyOf(tenants);
    remarks = List.copyOf(remarks);
  }

  ErasureReport with(Outcome other) {
    return new ErasureReport(target, erasures, tenants, remarks, other);
  }

  public long rows() {
    return tenants.stream().mapToLong(tenant -> tenant.plan().deletes()).sum();
  }

  public long blocked() {
    return tenants.stream().mapToLong(tenant -> tenant.plan().blocked()).sum();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("target", target);
    map.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
    map.put("erasures", erasures);
    map.put("rows", rows());
    map.put("blocked", blocked());
    map.put("tenants", tenants.stream().map(ErasureReport::toMap).toList());
    map.put("remarks", remarks);
    return map;
  }

  private static Map<String, Object> toMap(Tenant tenant) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("scope", tenant.scope());
    map.put("scopeId", tenant.id());
    Map<String, Object> tables = new LinkedHashMap<>();
    for (TablePlan table : tenant.plan().tables()) {
      if (table.work().deletes() > 0) {
        tables.put(table.table().text(), table.work().deletes());
      }
    }
    map.put("deletes", tables);
    map.put("largeObjects", tenant.objects());
    map.put("filesLeft", tenant.files());
    map.put("alongside", tenant.alongside().stream().map(ErasureReport::toMap).toList());
    map.put("unknown", tenant.unknown());
    return map;
  }

  private static Map<String, Object> toMap(Alongside along) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("table", along.table().text());
    map.put("foreignKey", along.key());
    map.put("onDelete", along.action().words());
    map.put("rows", along.rows());
    return map;
  }

  public List<String> describe() {
    boolean done = outcome == Outcome.DONE;
    List<String> lines = new ArrayList<>();
    for (Tenant tenant : tenants) {
      if (tenant.plan().isEmpty() && tenant.unknown().isEmpty()) {
        continue;
      }
      lines.add(tenant.scope() + " " + tenant.id());
      tenant
          .unknown()
          .forEach(
              (table, count) ->
                  lines.add(
                      "  "
                          + table
                          + " is not there, of which "
                          + count
                          + (count == 1 ? " row was" : " rows were")
                          + " erased: if it has another name here, erase them by that one"));
      for (TablePlan table : tenant.plan().tables()) {
        if (table.work().deletes() > 0) {
          lines.add(
              "  "
                  + table.table()
                  + "  "
                  + (done ? "deleted " : "to delete ")
                  + table.work().deletes());
        }
        for (Blocked rows : table.blocked()) {
          lines.add("  blocked: " + blocked(table, rows));
        }
      }
      if (tenant.objects() > 0) {
        lines.add("  " + tenant.objects() + " large objects");
      }
      tenant
          .alongside()
          .forEach(
              along ->
                  lines.add(
                      "  "
                          + along.table()
                          + "  "
                          + along.rows()
                          + " rows out of the scope point there: on delete "
                          + along.action().words()
                          + ", says "
                          + along.key()));
      tenant
          .files()
          .forEach(
              (group, count) ->
                  lines.add(
                      "  "
                          + count
                          + " files of group "
                          + group
                          + " are named by no row then: delete them by hand"));
    }
    lines.addAll(remarks);
    lines.add(
        erasures
            + (erasures == 1 ? " erasure: " : " erasures: ")
            + rows()
            + " rows "
            + (done ? "deleted from " : "to be deleted from ")
            + target);
    switch (outcome) {
      case PREVIEWED, UNCHANGED -> lines.add("nothing was changed");
      case BLOCKED -> lines.add(blocked() + " rows are in use: nothing was or would be changed");
      case DONE -> {}
    }
    return lines;
  }

  private static String blocked(TablePlan table, Blocked rows) {
    return rows.rows()
        + " of "
        + table.table()
        + ", "
        + (rows.reason() == Reason.CASCADE
            ? "rows of others would be deleted or changed along with it"
            : rows.reason().text())
        + " ("
        + rows.detail()
        + ")";
  }

  /// What stands in the way, in one line.
  String obstacles() {
    return tenants.stream()
        .flatMap(tenant -> tenant.plan().tables().stream())
        .flatMap(table -> table.blocked().stream().map(rows -> blocked(table, rows)))
        .limit(5)
        .reduce((a, b) -> a + "; " + b)
        .orElse("");
  }
}
