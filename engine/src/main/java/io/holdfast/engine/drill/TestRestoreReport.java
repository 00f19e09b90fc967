package io.holdfast.engine.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a test restore did, how long each phase took, and what was wrong.
///
/// @param recoveryTime restore and recovery together: the time until the data could be used again
public record TestRestoreReport(
    String backup,
    String server,
    String recoveredTo,
    Map<String, Duration> phases,
    Duration recoveryTime,
    long pagesChecked,
    long relationsChecked,
    Optional<Long> statementsRun,
    List<String> findings,
    List<String> remarks) {
  public TestRestoreReport {
    findings = List.copyOf(findings);
    remarks = List.copyOf(remarks);
  }

  public boolean isClean() {
    return findings.isEmpty();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("clean", isClean());
    map.put("backup", backup);
    map.put("server", server);
    map.put("recoveredTo", recoveredTo);
    Map<String, Object> times = new LinkedHashMap<>();
    phases.forEach((phase, took) -> times.put(phase, seconds(took)));
    map.put("phaseSeconds", times);
    map.put("recoveryTimeSeconds", seconds(recoveryTime));
    map.put("pagesChecked", pagesChecked);
    map.put("relationsChecked", relationsChecked);
    map.put("statementsRun", statementsRun);
    map.put("findings", findings);
    map.put("remarks", remarks);
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    lines.add((isClean() ? "proved " : "NOT proved ") + backup);
    lines.add("  server     " + server);
    lines.add("  recovered  " + recoveredTo);
    phases.forEach(
        (phase, took) ->
            lines.add(String.format(Locale.ROOT, "  %-10s %.1f s", phase, seconds(took))));
    lines.add(
        String.format(
            Locale.ROOT, "  usable after %.1f s (restore and recovery)", seconds(recoveryTime)));
    lines.add(
        "  checked    "
            + pagesChecked
            + " pages, "
            + relationsChecked
            + " tables and indexes"
            + statementsRun.map(n -> ", " + n + " SQL statements").orElse(""));
    findings.forEach(finding -> lines.add("  WRONG      " + finding));
    remarks.forEach(remark -> lines.add("  note       " + remark));
    return lines;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
