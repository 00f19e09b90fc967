package io.holdfast.engine.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What was looked at.
public record DoctorReport(List<Finding> findings) {
  public DoctorReport {
    findings = List.copyOf(findings);
  }

  /// How bad something is.
  public enum Level {
    OK,
    WARN,
    FAIL
  }

  /// One thing that was looked at.
  ///
  /// @param hint what to do; empty if nothing
  /// @param exitStatus of a command that would end with this; 0 unless it failed
  public record Finding(Level level, String what, String hint, int exitStatus) {}

  /// True if backups can work.
  public boolean isHealthy() {
    return findings.stream().noneMatch(finding -> finding.level() == Level.FAIL);
  }

  /// That of the first thing that failed, 0 if backups can work.
  public int exitStatus() {
    return findings.stream()
        .filter(finding -> finding.level() == Level.FAIL)
        .mapToInt(Finding::exitStatus)
        .findFirst()
        .orElse(0);
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("healthy", isHealthy());
    map.put(
        "findings",
        findings.stream()
            .map(
                finding -> {
                  Map<String, Object> item = new LinkedHashMap<>();
                  item.put("level", finding.level().name());
                  item.put("what", finding.what());
                  item.put("hint", finding.hint());
                  return item;
                })
            .toList());
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    for (Finding finding : findings) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-4s  %s",
              finding.level() == Level.OK ? "ok" : finding.level().name(),
              finding.what()));
      if (!finding.hint().isEmpty()) {
        lines.add("        " + finding.hint());
      }
    }
    return lines;
  }
}
