package io.holdfast.engine.quickstart;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the quickstart measured.
///
/// @param exposure how long the last commit before the loss was not yet in the repository (the RPO)
/// @param recoveryTime from the decision to restore until the rows could be read (the RTO)
public record QuickstartReport(
    String server,
    String backup,
    long transactions,
    Instant dropped,
    Instant target,
    long rowsExpected,
    long rowsDifferent,
    Duration exposure,
    Duration recoveryTime) {
  public boolean isProved() {
    return rowsDifferent == 0 && rowsExpected > 0;
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("proved", isProved());
    map.put("server", server);
    map.put("backup", backup);
    map.put("transactions", transactions);
    map.put("dropped", dropped);
    map.put("target", target);
    map.put("rowsExpected", rowsExpected);
    map.put("rowsDifferent", rowsDifferent);
    map.put("rpoSeconds", exposure.toMillis() / 1000.0);
    map.put("rtoSeconds", recoveryTime.toMillis() / 1000.0);
    return map;
  }
}
