package io.holdfast.tenant.check;

import io.holdfast.base.Quoted;
import io.holdfast.tenant.check.FindingCode.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// All findings, the worst first.
///
/// @param scope the map's name
public record CheckReport(String scope, List<Finding> findings) {
  public CheckReport {
    findings =
        findings.stream()
            .sorted(
                Comparator.<Finding, Severity>comparing(finding -> finding.code().severity())
                    .thenComparing(finding -> finding.code())
                    .thenComparing(
                        finding -> finding.table().map(table -> table.text()).orElse("")))
            .toList();
  }

  /// Whether the map can be used with this database.
  public boolean isFit() {
    return count(Severity.ERROR) == 0;
  }

  public long count(Severity severity) {
    return findings.stream().filter(finding -> finding.code().severity() == severity).count();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("scope", scope);
    map.put("fit", isFit());
    map.put("findings", findings.stream().map(Finding::toMap).toList());
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-7s %s %s%s",
              finding.code().severity().name().toLowerCase(Locale.ROOT),
              finding.code().label(),
              finding.table().map(table -> table.text() + ": ").orElse(""),
              finding.text()));
      if (!finding.hint().isEmpty()) {
        lines.add("        " + finding.hint());
      }
    }
    lines.add(
        "scope "
            + scope
            + (isFit() ? " fits this database: " : " does not fit this database: ")
            + count(Severity.ERROR)
            + " errors, "
            + count(Severity.WARNING)
            + " warnings, "
            + count(Severity.NOTE)
            + " notes");
    return lines.stream().map(Quoted::printable).toList();
  }
}
