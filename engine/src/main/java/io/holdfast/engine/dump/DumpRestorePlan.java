package io.holdfast.engine.dump;

import io.holdfast.base.ByteSize;
import io.holdfast.postgres.dump.ServerDatabases;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a restore makes, and what it puts aside.
///
/// @param database of the dump
/// @param target the name it gets
/// @param replaced what has the name now
public record DumpRestorePlan(
    String backup, String database, String target, long rows, Optional<Replaced> replaced) {
  /// A database that is put aside.
  ///
  /// @param keptAs the name that it gets
  /// @param rows about how many, as the server's statistics say
  public record Replaced(String keptAs, long tables, long rows, ServerDatabases.Facts facts) {}

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("backup", backup);
    map.put("database", database);
    map.put("target", target);
    map.put("rows", rows);
    replaced.ifPresent(
        old -> {
          Map<String, Object> aside = new LinkedHashMap<>();
          aside.put("keptAs", old.keptAs());
          aside.put("tables", old.tables());
          aside.put("rows", old.rows());
          aside.put("bytes", old.facts().bytes());
          aside.put("sessions", old.facts().sessions());
          aside.put("bound", old.facts().bound());
          map.put("replaced", aside);
        });
    return map;
  }

  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("makes database " + target + " of " + database + " in " + backup);
    lines.add("  " + rows + " rows");
    replaced.ifPresent(
        old -> {
          lines.add(
              "puts aside what is "
                  + target
                  + " now, as "
                  + old.keptAs()
                  + ": "
                  + old.tables()
                  + " tables, about "
                  + old.rows()
                  + " rows, "
                  + new ByteSize(old.facts().bytes()));
          lines.add(
              "  ends " + old.facts().sessions() + " sessions in it when the new one is ready");
          old.facts().bound().forEach(what -> lines.add("  " + what + " stays with the old one"));
        });
    return lines;
  }
}
