package io.holdfast.postgres.datadir;

import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.control.SharedSizes;
import io.holdfast.postgres.datadir.ConfigurationText.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Plans the files that make a restored data directory recover to its target and stay in
/// quarantine: `recovery.signal`, and `postgresql.auto.conf` with our settings after the user's.
public final class RecoverySetup {
  /// Where `ALTER SYSTEM` keeps its settings, which win over `postgresql.conf`.
  public static final String AUTO_CONF = "postgresql.auto.conf";

  private static final Pattern PASSWORD =
      Pattern.compile(
          "(password\\s*=\\s*)('(?:[^'\\\\]++|\\\\.)*+'|\\S+)|(://[^:@/\\s]*:)[^@\\s]*(?=@)");

  /// Targets come first and empty: the server refuses a second target, and an empty one after ours
  /// would count as one.
  private static final List<String> TARGETS =
      List.of(
          "recovery_target",
          "recovery_target_name",
          "recovery_target_time",
          "recovery_target_xid",
          "recovery_target_lsn");

  private final RecoveryRequest request;
  private final ControlFile control;
  private final Map<String, String> fromMain;
  private final ConfigurationText autoConf;
  private final Map<String, String> known = new LinkedHashMap<>();
  private final List<Line> ours = new ArrayList<>();
  private final List<SettingChange> changes = new ArrayList<>();

  private RecoverySetup(
      RecoveryRequest request, ControlFile control, String mainConf, String autoConf) {
    this.request = request;
    this.control = control;
    this.fromMain = ConfigurationText.parse(mainConf).values();
    this.autoConf = ConfigurationText.parse(autoConf);
    known.putAll(fromMain);
    known.putAll(this.autoConf.values());
  }

  /// Plans a user's restore, which keeps its own configuration.
  ///
  /// @param mainConf text of the restored `postgresql.conf`, includes resolved
  /// @param autoConf text of the restored `postgresql.auto.conf`, empty if there is none
  public static FileChanges plan(
      RecoveryRequest request, ControlFile control, String mainConf, String autoConf) {
    return new RecoverySetup(request, control, mainConf, autoConf).plan();
  }

  private FileChanges plan() {
    quarantine();
    enlargeSharedSizes();
    if (request.action() == TargetAction.PAUSE) {
      override("hot_standby", "on", "a paused server must be readable", "restart");
    }
    recoverySettings(request)
        .forEach((name, value) -> ours.add(ConfigurationText.setting(name, value)));
    return new FileChanges(
        Map.of("recovery.signal", "", AUTO_CONF, autoConfText()),
        List.of("standby.signal", "recovery.done"),
        changes);
  }

  /// The settings that lead recovery to its target, in the order in which they must stand.
  static Map<String, String> recoverySettings(RecoveryRequest request) {
    Map<String, String> settings = new LinkedHashMap<>();
    TARGETS.forEach(name -> settings.put(name, ""));
    switch (request.rule()) {
      case AFTER_RECORD -> putPosition(settings, request, "on");
      case BEFORE_RECORD -> putPosition(settings, request, "off");
      case AT_CONSISTENCY -> putLast(settings, "recovery_target", "immediate");
    }
    settings.put("recovery_target_timeline", Integer.toUnsignedString(request.timeline()));
    settings.put("recovery_target_action", request.action().label());
    settings.put("recovery_min_apply_delay", "0");
    settings.put("restore_command", request.restoreCommand());
    return settings;
  }

  private static void putPosition(
      Map<String, String> settings, RecoveryRequest request, String inclusive) {
    putLast(settings, "recovery_target_lsn", request.lsn().toString());
    settings.put("recovery_target_inclusive", inclusive);
  }

  private static void putLast(Map<String, String> settings, String name, String value) {
    settings.remove(name);
    settings.put(name, value);
  }

  private void quarantine() {
    if (request.archiveCommand().isEmpty()) {
      override("archive_mode", "off", "the original archive must not be written to", "restart");
    } else {
      override("archive_mode", "on", "archiving to the place you named", "restart");
      override(
          "archive_command",
          request.archiveCommand(),
          "archiving to the place you named",
          "reload");
      if (request.majorVersion() >= 15) {
        override("archive_library", "", "it would go before archive_command", "reload");
      }
    }
    override(
        "synchronous_standby_names", "", "commits would wait for the original standbys", "reload");
    override("primary_conninfo", "", "it leads to the original servers", "reload");
    override("primary_slot_name", "", "the slot belongs to another standby", "reload");
    override("archive_cleanup_command", "", "it would clean the original archive", "reload");
    override("recovery_end_command", "", "it may touch the original servers", "reload");
    override(
        "max_logical_replication_workers",
        "0",
        "subscriptions would move the publisher's slots",
        "restart");
    if (known.getOrDefault("shared_preload_libraries", "").contains("pg_cron")) {
      override("cron.launch_active_jobs", "off", "its jobs may touch other servers", "reload");
    }
    if (request.majorVersion() >= 17) {
      override("sync_replication_slots", "off", "it needs the original primary", "reload");
      override(
          "synchronized_standby_slots",
          "",
          "senders would wait for the original standbys",
          "reload");
    }
  }

  private void enlargeSharedSizes() {
    SharedSizes needed = control.sharedSizes();
    SharedSizes defaults = SharedSizes.DEFAULTS;
    atLeast("max_connections", needed.connections(), defaults.connections());
    atLeast("max_worker_processes", needed.workerProcesses(), defaults.workerProcesses());
    atLeast("max_wal_senders", needed.walSenders(), defaults.walSenders());
    atLeast(
        "max_prepared_transactions",
        needed.preparedTransactions(),
        defaults.preparedTransactions());
    atLeast(
        "max_locks_per_transaction", needed.locksPerTransaction(), defaults.locksPerTransaction());
  }

  private void atLeast(String name, int needed, int byDefault) {
    int configured = byDefault;
    try {
      configured = Integer.decode(known.getOrDefault(name, Integer.toString(byDefault)));
    } catch (NumberFormatException e) {
      configured = -1;
    }
    if (configured < needed) {
      override(
          name,
          Integer.toString(needed),
          "recovery needs what the WAL was written with",
          "restart");
    }
  }

  private void override(String name, String value, String why, String then) {
    ours.add(ConfigurationText.setting(name, value));
    String old = known.getOrDefault(name, "");
    if (!old.equals(value)) {
      changes.add(new SettingChange(name, withoutPassword(old), value, why, lift(name, then)));
    }
  }

  private String lift(String name, String then) {
    String old = known.getOrDefault(name, "");
    boolean inMain = old.equals(fromMain.getOrDefault(name, ""));
    String statement =
        inMain
            ? "ALTER SYSTEM RESET " + name
            : "ALTER SYSTEM SET " + name + " = '" + withoutPassword(old).replace("'", "''") + "'";
    return statement + "; then " + then;
  }

  /// The user's lines, without those that ours replace; these stay as comments.
  private String autoConfText() {
    Set<String> replaced = new java.util.HashSet<>(TARGETS);
    ours.forEach(line -> replaced.add(line.name()));
    replaced.add("promote_trigger_file");
    replaced.add("recovery_target_inclusive");
    List<Line> lines = new ArrayList<>();
    for (Line line : autoConf.lines()) {
      lines.add(replaced.contains(line.name()) ? line.commentedOut("replaced below") : line);
    }
    lines.add(ConfigurationText.comment("# Holdfast: settings of this restore begin here."));
    lines.addAll(ours);
    return new ConfigurationText(lines).format();
  }

  static String withoutPassword(String text) {
    return PASSWORD.matcher(text).replaceAll("$1$3***");
  }
}
