package io.holdfast.engine.maintenance;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.verify.Affected;
import io.holdfast.repository.Finding;
import io.holdfast.repository.PackId;
import io.holdfast.repository.RepairPlan;
import io.holdfast.repository.RepairReport;
import io.holdfast.repository.SessionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a repair would do or did, for scripts and for people.
///
/// @param isWhole whether no damage is left that anybody has to do something about
public record RepairOutcome(Map<String, Object> map, List<String> lines, boolean isWhole) {
  public RepairOutcome {
    map = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(map));
    lines = List.copyOf(lines);
  }

  static RepairOutcome planned(
      RepairPlan plan, List<Affected.Loss> losses, List<Finding> unmended) {
    return new RepairOutcome(
        map(plan, losses, unmended),
        lines(plan, losses, unmended),
        plan.isNothing() && losses.isEmpty() && unmended.isEmpty());
  }

  static RepairOutcome done(
      RepairReport report, List<Affected.Loss> losses, List<Finding> unmended) {
    Map<String, Object> map = map(report.plan(), losses, unmended);
    map.put("done", report.isDone());
    map.put("published", report.published());
    map.put("savedChunks", report.savedChunks());
    map.put("savedBytes", report.savedBytes());
    map.put("lostChunks", report.lostChunks());
    map.put("waitingForSessions", report.waitingFor().stream().map(SessionId::hex).toList());
    List<String> lines = lines(report.plan(), losses, unmended);
    if (report.savedChunks() + report.lostChunks() > 0) {
      lines.add(
          "of the damaged packs, "
              + report.savedChunks()
              + " chunks ("
              + new ByteSize(report.savedBytes())
              + ") are whole and were copied; "
              + report.lostChunks()
              + " are lost until a backup stores them again");
    }
    if (!report.waitingFor().isEmpty()) {
      lines.add(
          "not all is done: "
              + report.waitingFor().size()
              + " backups have not ended; run repair again later, or with --wait");
    } else if (!report.published().isEmpty()) {
      lines.add("repaired; damaged objects were left where they are");
    }
    return new RepairOutcome(map, lines, report.isDone() && losses.isEmpty() && unmended.isEmpty());
  }

  private static Map<String, Object> map(
      RepairPlan plan, List<Affected.Loss> losses, List<Finding> unmended) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("damagedStates", maps(plan.states()));
    map.put("damagedIndexObjects", maps(plan.index()));
    map.put("packsPutBackIntoTheIndex", plan.rebuilt().stream().map(PackId::toString).toList());
    map.put("packsTakenOutOfUse", maps(plan.withdrawn()));
    map.put("packsOfRunningBackups", maps(plan.held()));
    map.put("openSessions", plan.openSessions().stream().map(SessionId::hex).toList());
    map.put("unmended", maps(unmended));
    map.put("affected", losses.stream().map(Affected.Loss::toMap).toList());
    return map;
  }

  private static List<Map<String, Object>> maps(List<Finding> findings) {
    return findings.stream()
        .<Map<String, Object>>map(
            finding -> Map.of("object", finding.object(), "problem", finding.problem()))
        .toList();
  }

  private static List<String> lines(
      RepairPlan plan, List<Affected.Loss> losses, List<Finding> unmended) {
    var lines = new ArrayList<String>();
    tell(lines, "maintenance state to replace", plan.states());
    tell(lines, "index object to write anew", plan.index());
    if (!plan.rebuilt().isEmpty()) {
      lines.add(plan.rebuilt().size() + " packs go back into the index by their own tables");
    }
    tell(lines, "pack to take out of use", plan.withdrawn());
    tell(lines, "damaged, but its backup has not ended", plan.held());
    tell(lines, "CANNOT BE MENDED", unmended);
    for (Affected.Loss loss : losses) {
      lines.add("HIT      " + loss.backup() + ": " + loss.text());
    }
    if (!losses.isEmpty()) {
      lines.add("the next backups store again what their sources still have of it");
    }
    if (lines.isEmpty()) {
      lines.add("nothing to repair");
    }
    return lines;
  }

  private static void tell(List<String> lines, String what, List<Finding> findings) {
    findings.forEach(
        finding -> lines.add(what + ": " + finding.object() + ": " + finding.problem()));
  }
}
