package io.holdfast.engine;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Backups as people and as scripts see them.
public final class BackupViews {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private BackupViews() {}

  /// The stable JSON form: scripts rely on these names.
  public static Map<String, Object> json(StoredSnapshot backup) {
    SnapshotRecord record = backup.record();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", record.name());
    map.put("source", record.source());
    map.put("domain", record.domain());
    map.put("kind", record.kind());
    map.put("type", record.type());
    map.put("parent", record.parent());
    map.put("status", "completed");
    map.put("damaged", damaged(record));
    map.put("startedAt", record.startedAt());
    map.put("completedAt", record.completedAt());
    if (record.kind().equals("physical")) {
      PhysicalFacts facts = PhysicalFacts.of(record.attributes());
      map.put("timeline", facts.timeline());
      map.put("startLsn", facts.startLsn().toString());
      map.put("stopLsn", facts.stopLsn().toString());
      map.put("serverVersion", facts.serverVersion());
      map.put("systemIdentifier", Long.toUnsignedString(facts.systemIdentifier()));
    }
    map.put("logicalBytes", record.logicalBytes());
    map.put("storedBytes", record.storedBytes());
    map.put("files", record.files());
    return map;
  }

  /// Everything known, for `show --json`.
  public static Map<String, Object> jsonDetail(StoredSnapshot backup) {
    Map<String, Object> map = json(backup);
    map.put("checksum", backup.objectDigest().toString());
    map.put("attributes", backup.record().attributes());
    return map;
  }

  /// A table, oldest first.
  public static List<String> table(List<StoredSnapshot> backups) {
    var lines = new ArrayList<String>();
    int width = 6;
    for (StoredSnapshot backup : backups) {
      width = Math.max(width, backup.record().name().length());
    }
    String format = "%-" + width + "s  %-20s  %8s  %10s  %10s  %s";
    lines.add(
        String.format(
            Locale.ROOT, format, "BACKUP", "COMPLETED", "TOOK", "SIZE", "STORED", "STATE"));
    for (StoredSnapshot backup : backups) {
      SnapshotRecord record = backup.record();
      lines.add(
          String.format(
              Locale.ROOT,
              format,
              record.name(),
              time(record.completedAt()),
              took(record.startedAt(), record.completedAt()),
              new ByteSize(record.logicalBytes()),
              new ByteSize(record.storedBytes()),
              damaged(record) ? "DAMAGED PAGES AT THE SOURCE" : "completed"));
    }
    return lines;
  }

  /// One backup in words.
  public static List<String> detail(StoredSnapshot backup) {
    SnapshotRecord record = backup.record();
    var lines = new ArrayList<String>();
    lines.add(record.name());
    line(lines, "source", record.source());
    boolean typed = !record.type().equals(record.kind());
    line(lines, "kind", typed ? record.kind() + ", " + record.type() : record.kind());
    record
        .parent()
        .ifPresent(
            parent ->
                line(
                    lines, "parent", parent + " (needed for nothing: this backup restores alone)"));
    if (!record.domain().equals(Repository.MAIN_DOMAIN)) {
      line(lines, "domain", record.domain());
    }
    line(lines, "started", time(record.startedAt()));
    line(
        lines,
        "completed",
        time(record.completedAt()) + ", took " + took(record.startedAt(), record.completedAt()));
    line(lines, "size", new ByteSize(record.logicalBytes()) + " in " + record.files() + " files");
    line(lines, "stored", new ByteSize(record.storedBytes()) + " new in the repository");
    if (record.kind().equals("physical")) {
      physical(lines, PhysicalFacts.of(record.attributes()));
    }
    line(lines, "checksum", backup.objectDigest().toString());
    return lines;
  }

  private static void physical(List<String> lines, PhysicalFacts facts) {
    line(lines, "server", "PostgreSQL " + facts.serverVersion());
    line(lines, "cluster", Long.toUnsignedString(facts.systemIdentifier()));
    line(
        lines,
        "wal",
        "timeline " + facts.timeline() + ", " + facts.startLsn() + " to " + facts.stopLsn());
    line(lines, "pages", pages(facts));
    for (PhysicalFacts.Space space : facts.tablespaces()) {
      line(lines, "tablespace", space.oid() + " at " + space.location());
    }
    facts.remarks().forEach((key, value) -> line(lines, key, value));
  }

  private static String pages(PhysicalFacts facts) {
    if (!facts.pageChecksums()) {
      return "the cluster has no page checksums";
    }
    if (facts.pageErrors() == 0 && facts.remarks().containsKey(PhysicalFacts.UNJUDGED_PAGES)) {
      return "some could not be judged, see below";
    }
    return facts.pageErrors() == 0
        ? "all checksums match"
        : facts.pageErrors() + " pages do not match their checksums";
  }

  private static void line(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, "  %-15s %s", name, value));
  }

  public static boolean damaged(SnapshotRecord record) {
    return !record.attributes().getOrDefault("pageErrors", "0").equals("0");
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  static String took(Instant from, Instant to) {
    Duration duration = Duration.between(from, to);
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds / 60 % 60);
  }
}
