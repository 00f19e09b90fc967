package io.holdfast.engine.restore;

import io.holdfast.postgres.datadir.SettingChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a restore did and what a person must know before starting the server.
public record RestoreReport(
    RestorePlan plan, List<SettingChange> changes, List<String> remarks, Duration took) {
  public RestoreReport {
    changes = List.copyOf(changes);
    remarks = List.copyOf(remarks);
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = plan.toMap();
    map.put("seconds", took.toMillis() / 1000.0);
    map.put("settings", changes.stream().map(RestoreReport::toMap).toList());
    map.put("remarks", remarks);
    return map;
  }

  private static Map<String, Object> toMap(SettingChange change) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", change.name());
    map.put("oldValue", change.oldValue());
    map.put("newValue", change.newValue());
    map.put("why", change.why());
    map.put("howToLift", change.howToLift());
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<>(plan.describe());
    lines.set(0, "restored " + plan.backup().record().name() + " to " + plan.to());
    lines.add(
        String.format(java.util.Locale.ROOT, "  took       %.1f s", took.toMillis() / 1000.0));
    if (!changes.isEmpty()) {
      lines.add("");
      lines.add(
          "settings that differ from the source, so that this server cannot touch production:");
      for (SettingChange change : changes) {
        lines.add(
            "  "
                + change.name()
                + " = '"
                + change.newValue()
                + "'"
                + (change.oldValue().isEmpty() ? "" : " (was '" + change.oldValue() + "')")
                + ": "
                + change.why());
      }
    }
    if (!remarks.isEmpty()) {
      lines.add("");
      remarks.forEach(remark -> lines.add("note: " + remark));
    }
    lines.add("");
    lines.add("start it as the server's user:  pg_ctl -D " + plan.to() + " start");
    return lines;
  }
}
