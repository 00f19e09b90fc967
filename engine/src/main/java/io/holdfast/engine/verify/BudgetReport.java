package io.holdfast.engine.verify;

import io.holdfast.base.ByteSize;
import io.holdfast.repository.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a verification within a budget read.
///
/// @param packsProved packs that are what was written
/// @param usedBefore bytes that other runs had read of the same budget
/// @param unrecorded why nothing was written down; empty if it was
public record BudgetReport(
    long packsProved,
    long bytesRead,
    long usedBefore,
    List<Finding> findings,
    String unrecorded,
    ProofCoverage coverage) {
  public BudgetReport {
    findings = List.copyOf(findings);
  }

  public boolean isClean() {
    return findings.isEmpty();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("clean", isClean());
    map.put("packsProved", packsProved);
    map.put("bytesRead", bytesRead);
    map.put("bytesReadBefore", usedBefore);
    map.put(
        "findings",
        findings.stream()
            .map(finding -> Map.of("where", finding.object(), "what", finding.problem()))
            .toList());
    map.put("recorded", unrecorded.isEmpty());
    map.putAll(coverage.toMap());
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    for (Finding finding : findings) {
      lines.add("DAMAGED  " + finding.object() + ": " + finding.problem());
    }
    if (!isClean()) {
      lines.add(
          "         'holdfast repair' says which backups and files it hits, and mends what it can");
    }
    String today = usedBefore == 0 ? "" : ", after " + new ByteSize(usedBefore) + " earlier today";
    lines.add(
        "read back %d packs (%s)%s: %s"
            .formatted(
                packsProved + findings.stream().map(Finding::object).distinct().count(),
                new ByteSize(bytesRead),
                today,
                isClean() ? "all as they were written" : "damage was found"));
    lines.add(coverage.text());
    return lines;
  }

  /// What a person should know beside that.
  public List<String> warnings() {
    return unrecorded.isEmpty()
        ? List.of()
        : List.of(
            "what was proved could not be written down, so the next run reads the same again: "
                + unrecorded);
  }
}
