package io.holdfast.engine.restore;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.StopRule;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeTotals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a restore will do, as a value: it is shown by a dry run and executed as it is.
///
/// @param tablespaces new location by object number
/// @param supply how the server gets the WAL
/// @param walBytes WAL that recovery needs
/// @param freeBytes free space where the data directory will be
public record RestorePlan(
    StoredSnapshot backup,
    PhysicalFacts facts,
    Path to,
    TreeTotals totals,
    Map<Long, String> tablespaces,
    ResolvedTarget target,
    TargetAction action,
    Purpose purpose,
    WalSupply supply,
    long walBytes,
    long freeBytes,
    Owner owner,
    Optional<String> archive) {
  public RestorePlan {
    tablespaces = Collections.unmodifiableMap(new TreeMap<>(tablespaces));
  }

  /// What the restored directory is for.
  public sealed interface Purpose {
    /// A person will start it; its own configuration is kept, in quarantine.
    record ForUse() implements Purpose {}

    /// A scratch server in a private directory will check it and go.
    record Scratch(String socketDirectory, List<String> preloadLibraries) implements Purpose {}
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", backup.record().name());
    map.put("to", to.toString());
    map.put("files", totals.files());
    map.put("bytes", totals.logicalBytes());
    map.put("wal", supply.word());
    map.put("walBytes", walBytes);
    map.put("freeBytes", freeBytes);
    map.put("serverMajor", facts.serverMajor());
    Map<String, Object> recovery = new LinkedHashMap<>();
    recovery.put("timeline", target.timeline());
    recovery.put("lsn", target.lsn().toString());
    recovery.put("rule", target.rule().name());
    recovery.put("timeReached", target.timeReached());
    recovery.put("action", action.word());
    recovery.put("walFrom", target.walNeededFrom().toString());
    recovery.put("walTo", target.walNeededTo().toString());
    map.put("recovery", recovery);
    Map<String, Object> spaces = new LinkedHashMap<>();
    tablespaces.forEach((oid, location) -> spaces.put(Long.toString(oid), location));
    map.put("tablespaces", spaces);
    map.put("remarks", target.remarks());
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    lines.add("restore " + backup.record().name() + " to " + to);
    lines.add(
        "  data       "
            + new ByteSize(totals.logicalBytes())
            + " in "
            + totals.files()
            + " files, and "
            + new ByteSize(walBytes)
            + " of WAL "
            + walInWords()
            + "; "
            + new ByteSize(freeBytes)
            + " are free there");
    tablespaces.forEach((oid, location) -> lines.add("  tablespace " + oid + " to " + location));
    lines.add(
        "  server     PostgreSQL " + facts.serverMajor() + " (was " + facts.serverVersion() + ")");
    lines.add("  recovery   " + recoveryInWords());
    target.remarks().forEach(remark -> lines.add("  note       " + remark));
    return lines;
  }

  private String walInWords() {
    return switch (supply) {
      case WalSupply.Staged _ -> "beside it";
      case WalSupply.OnDemand onDemand ->
          "that " + onDemand.program() + " fetches from " + onDemand.repository() + " on demand";
    };
  }

  /// Where recovery will stop, for people.
  public String recoveryInWords() {
    String where =
        switch (target.rule()) {
          case AT_CONSISTENCY -> "to the end of the backup, " + target.lsn();
          case AFTER_RECORD -> "to " + target.lsn() + ", and including the record there,";
          case BEFORE_RECORD -> "to just before " + target.lsn();
        };
    String last = target.timeReached().map(time -> "; last transaction at " + time).orElse("");
    return where + " on timeline " + target.timeline() + last + "; then " + action.word();
  }

  /// True if recovery only goes to the end of the backup.
  boolean isImmediate() {
    return target.rule() == StopRule.AT_CONSISTENCY;
  }
}
