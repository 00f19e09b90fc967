package io.holdfast.postgres.dump;

import java.util.Map;
import java.util.TreeMap;

/// Settings of the sessions that put a dump back.
public final class RestoreSettings {
  private static final long INDEX_KILOBYTES = 256 << 10;

  private RestoreSettings() {}

  /// For rows: what they mean does not depend on who restores them.
  public static Map<String, String> forRows() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("search_path", "");
    settings.put("DateStyle", "ISO");
    settings.put("IntervalStyle", "postgres");
    settings.put("row_security", "off");
    settings.put("statement_timeout", "0");
    settings.put("lock_timeout", "0");
    settings.put("idle_in_transaction_session_timeout", "0");
    settings.put("xmloption", "content");
    settings.put("default_transaction_read_only", "off");
    settings.put("synchronous_commit", "off");
    return settings;
  }

  /// For definitions.
  ///
  /// @param maintenanceKilobytes what the server would use for an index; is never lowered
  public static Map<String, String> forDefinitions(long maintenanceKilobytes) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("synchronous_commit", "off");
    if (maintenanceKilobytes < INDEX_KILOBYTES) {
      settings.put("maintenance_work_mem", Long.toString(INDEX_KILOBYTES));
    }
    settings.put("default_transaction_read_only", "off");
    return settings;
  }
}
