package io.holdfast.engine.tenant;

import io.holdfast.tenant.restore.Blocked;
import io.holdfast.tenant.restore.Reason;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.RowSample;
import io.holdfast.tenant.restore.TablePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a restore of a tenant would do, or did.
///
/// @param backup what was restored from
/// @param target the database
/// @param id of the tenant that changes
/// @param copied what it is a copy of
/// @param safety the backup that undoes it, if something was done
/// @param safetySnapshot its permanent id; names need not be unique
/// @param samples single rows, as many as were asked for
public record TenantRestoreReport(
    String backup,
    String target,
    String scope,
    String id,
    Optional<Copied> copied,
    RestorePlan plan,
    Files files,
    Outcome outcome,
    Optional<String> safety,
    Optional<String> safetySnapshot,
    List<String> warnings,
    List<RowSample> samples) {
  /// How far it went.
  public enum Outcome {
    PREVIEWED,
    DONE,
    /// There was nothing to do.
    UNCHANGED
  }

  /// Files of the tenant.
  ///
  /// @param kept that have another content and stay
  /// @param leftAlone that are not the tenant's alone: they stay, or stay missing, whatever the
  ///   preset says
  public record Files(long created, long replaced, long deleted, long kept, long leftAlone) {
    boolean isNothing() {
      return created == 0 && replaced == 0 && deleted == 0 && kept == 0 && leftAlone == 0;
    }
  }

  /// Where the rows of a copy come from.
  ///
  /// @param operation what names the copy
  public record Copied(String from, String operation) {}

  public TenantRestoreReport {
    warnings = List.copyOf(warnings);
    samples = List.copyOf(samples);
  }

  TenantRestoreReport with(List<RowSample> shown) {
    return new TenantRestoreReport(
        backup,
        target,
        scope,
        id,
        copied,
        plan,
        files,
        outcome,
        safety,
        safetySnapshot,
        warnings,
        shown);
  }

  /// What names the plan when it is carried out.
  public String planDigest() {
    return plan.digest();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", backup);
    map.put("target", target);
    map.put("scope", scope);
    map.put("scopeId", id);
    map.put("copiedFrom", copied.map(Copied::from));
    map.put("operation", copied.map(Copied::operation));
    map.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
    map.put("plan", plan.digest());
    map.put("inserts", plan.inserts());
    map.put("updates", plan.updates());
    map.put("deletes", plan.deletes());
    map.put("blocked", plan.blocked());
    map.put("erased", plan.erased());
    map.put("tables", plan.tables().stream().map(TenantRestoreReport::toMap).toList());
    map.put("largeObjects", plan.objects());
    Map<String, Object> some = new LinkedHashMap<>();
    some.put("created", files.created());
    some.put("replaced", files.replaced());
    some.put("deleted", files.deleted());
    some.put("kept", files.kept());
    some.put("leftAlone", files.leftAlone());
    map.put("files", some);
    map.put("safetyBackup", safety);
    map.put("warnings", warnings);
    if (!samples.isEmpty()) {
      map.put("rows", samples.stream().map(SampleText::toMap).toList());
    }
    return map;
  }

  private static Map<String, Object> toMap(TablePlan table) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("table", table.table().text());
    map.put("exportName", table.exportName());
    map.put("new", table.fresh());
    map.put("identical", table.identical());
    map.put("changed", table.changed());
    map.put("extra", table.extra());
    map.put("inserts", table.work().inserts());
    map.put("updates", table.work().updates());
    map.put("deletes", table.work().deletes());
    List<Map<String, Object>> blocked = new ArrayList<>();
    for (Blocked rows : table.blocked()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("reason", rows.reason().word());
      one.put("constraint", rows.detail());
      one.put("rows", rows.rows());
      blocked.add(one);
    }
    map.put("blocked", blocked);
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add(
        scope
            + " "
            + copied.map(of -> of.from() + " as " + id).orElse(id)
            + " from "
            + backup
            + " into "
            + target);
    lines.addAll(table());
    for (TablePlan table : plan.tables()) {
      for (Blocked rows : table.blocked()) {
        lines.add(
            (rows.reason() == Reason.ERASED ? "left out: " : "blocked: ")
                + rows.rows()
                + " of "
                + table.table()
                + ", "
                + rows.reason().text()
                + (rows.detail().isEmpty() ? "" : " (" + rows.detail() + ")"));
      }
    }
    samples.forEach(sample -> lines.add(SampleText.line(sample)));
    lines.add(summary());
    plan.objects().entrySet().stream()
        .filter(group -> group.getValue() > 0)
        .forEach(
            group ->
                lines.add(
                    group.getValue() + " large objects of " + group.getKey() + would("made")));
    if (!files.isNothing()) {
      lines.add(
          files.created()
              + " files"
              + would("created")
              + ", "
              + files.replaced()
              + " replaced, "
              + (files.deleted() > 0 ? files.deleted() + " deleted, " : "")
              + files.kept()
              + " kept though they differ"
              + (files.leftAlone() > 0
                  ? ", " + files.leftAlone() + " left alone: not this tenant's alone"
                  : ""));
    }
    switch (outcome) {
      case PREVIEWED -> lines.add("plan " + plan.digest() + ": nothing was changed");
      case UNCHANGED -> lines.add("nothing was changed");
      case DONE ->
          safety.ifPresent(
              name ->
                  lines.add(
                      "'holdfast tenant undo"
                          + copied.map(_ -> " --id " + id).orElse("")
                          + "' takes it back: "
                          + name));
    }
    return lines;
  }

  private String would(String done) {
    return outcome == Outcome.DONE ? " " + done : " would be " + done;
  }

  private List<String> table() {
    List<String> lines = new ArrayList<>();
    int width = plan.tables().stream().mapToInt(of -> of.table().text().length()).max().orElse(0);
    String form = "  %-" + Math.clamp(width, 12, 50) + "s %9s %9s %9s %9s %9s%s";
    lines.add(
        String.format(
            Locale.ROOT, form, "table", "new", "identical", "changed", "extra", "blocked", ""));
    for (TablePlan table : plan.tables()) {
      lines.add(
          String.format(
              Locale.ROOT,
              form,
              table.table().text(),
              table.fresh(),
              table.identical(),
              table.changed(),
              table.extra(),
              table.blockedRows(),
              work(table.work())));
    }
    return lines;
  }

  private String work(TablePlan.Work work) {
    String would = outcome == Outcome.DONE ? "" : "to ";
    List<String> parts = new ArrayList<>();
    if (work.inserts() > 0) {
      parts.add(would + (outcome == Outcome.DONE ? "inserted " : "insert ") + work.inserts());
    }
    if (work.updates() > 0) {
      parts.add(would + (outcome == Outcome.DONE ? "updated " : "update ") + work.updates());
    }
    if (work.deletes() > 0) {
      parts.add(would + (outcome == Outcome.DONE ? "deleted " : "delete ") + work.deletes());
    }
    return parts.isEmpty() ? "" : "  " + String.join(", ", parts);
  }

  private String summary() {
    String verb = outcome == Outcome.DONE ? "" : "would be ";
    return plan.inserts()
        + " rows "
        + verb
        + "inserted, "
        + plan.updates()
        + " updated, "
        + plan.deletes()
        + " deleted"
        + (plan.blocked() == 0 ? "" : ", " + plan.blocked() + " blocked")
        + (plan.erased() == 0 ? "" : ", " + plan.erased() + " left out because they were erased");
  }
}
