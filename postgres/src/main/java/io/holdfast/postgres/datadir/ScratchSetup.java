package io.holdfast.postgres.datadir;

import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.control.SharedSizes;
import io.holdfast.postgres.datadir.ConfigurationText.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Plans the files of a scratch server: a configuration of our own that keeps nothing of the
/// user's. It listens on one socket in a private directory, archives nothing, runs no jobs, and
/// gives up what only matters to data that will be kept.
///
/// @param socketDirectory absolute; only the server's user may enter it
/// @param preloadLibraries what recovery itself needs, for example custom resource managers
/// @param sharedBuffersMiB memory for pages
public record ScratchSetup(
    String socketDirectory, List<String> preloadLibraries, int sharedBuffersMiB) {
  private static final String ACCESS = "# Holdfast: a scratch server.\nlocal all all trust\n";

  public ScratchSetup {
    preloadLibraries = List.copyOf(preloadLibraries);
  }

  /// Files of a server that recovers first.
  public FileChanges planRecovery(RecoveryRequest request, ControlFile control) {
    Map<String, String> settings = settings(request.majorVersion(), control);
    settings.putAll(RecoverySetup.recoverySettings(request));
    return changes(settings, Map.of("recovery.signal", ""), List.of("standby.signal"));
  }

  /// Files of a server over a cluster that was stopped cleanly.
  public FileChanges plan(int majorVersion, ControlFile control) {
    return changes(
        settings(majorVersion, control), Map.of(), List.of("standby.signal", "recovery.signal"));
  }

  private static FileChanges changes(
      Map<String, String> settings, Map<String, String> signal, List<String> removed) {
    List<Line> lines = new ArrayList<>();
    lines.add(ConfigurationText.comment("# Holdfast: a scratch server."));
    settings.forEach((name, value) -> lines.add(ConfigurationText.setting(name, value)));
    Map<String, String> files = new LinkedHashMap<>(signal);
    files.put("postgresql.conf", new ConfigurationText(lines).format());
    files.put(RecoverySetup.AUTO_CONF, "# Holdfast: a scratch server.\n");
    files.put("pg_hba.conf", ACCESS);
    files.put("pg_ident.conf", "");
    return new FileChanges(files, removed, List.of());
  }

  private Map<String, String> settings(int majorVersion, ControlFile control) {
    SharedSizes sizes = control.sharedSizes();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("listen_addresses", "");
    settings.put("unix_socket_directories", "\"" + socketDirectory + "\"");
    settings.put("unix_socket_permissions", "0700");
    settings.put("shared_preload_libraries", String.join(",", preloadLibraries));
    settings.put("shared_buffers", sharedBuffersMiB + "MB");
    settings.put("huge_pages", "off");
    settings.put("max_connections", atLeast(sizes.connections(), 20));
    settings.put("max_worker_processes", atLeast(sizes.workerProcesses(), 4));
    settings.put("max_wal_senders", Integer.toString(sizes.walSenders()));
    settings.put("max_prepared_transactions", Integer.toString(sizes.preparedTransactions()));
    settings.put("max_locks_per_transaction", atLeast(sizes.locksPerTransaction(), 64));
    settings.put("hot_standby", "off");
    settings.put("wal_level", "replica");
    settings.put("archive_mode", "off");
    settings.put("max_logical_replication_workers", "0");
    settings.put("autovacuum", "off");
    settings.put("fsync", "off");
    settings.put("synchronous_commit", "off");
    settings.put("full_page_writes", "off");
    settings.put("min_wal_size", walSize(control, 80));
    settings.put("max_wal_size", walSize(control, 256));
    settings.put("restart_after_crash", "off");
    settings.put("jit", "off");
    settings.put("ssl", "off");
    settings.put("logging_collector", "off");
    settings.put("log_destination", "stderr");
    settings.put("log_line_prefix", "%m [%p] ");
    settings.put("log_timezone", "UTC");
    settings.put("timezone", "UTC");
    settings.put("lc_messages", "C");
    settings.put("cluster_name", "holdfast-scratch");
    if (majorVersion >= 15) {
      settings.put("allow_in_place_tablespaces", "on");
      settings.put("log_startup_progress_interval", "5s");
    }
    if (majorVersion >= 17) {
      settings.put("event_triggers", "off");
    }
    return settings;
  }

  /// No server starts with a limit of less than two segments.
  private static String walSize(ControlFile control, int leastMiB) {
    return Math.max(2 * (control.walSegmentSize() >> 20), leastMiB) + "MB";
  }

  private static String atLeast(int needed, int least) {
    return Integer.toString(Math.max(needed, least));
  }
}
