package io.holdfast.postgres.recovery;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSegmentName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The facts in a `backup_label` file.
///
/// @param startLsn where replay starts
/// @param startSegment the WAL file of that position
/// @param checkpointLsn the checkpoint record from which the server begins
/// @param method such as `streamed`
/// @param from `primary` or `standby`
/// @param startTime as the server wrote it, in its own zone; not meant for arithmetic
/// @param label what the client called the backup
/// @param incrementalFrom set if the files are an incremental backup of PostgreSQL 17 or later
public record BackupLabel(
    Lsn startLsn,
    WalSegmentName startSegment,
    Lsn checkpointLsn,
    int timeline,
    String method,
    String from,
    String startTime,
    String label,
    Optional<Lsn> incrementalFrom) {
  private static final int MAX_CHARACTERS = 64 << 10;
  private static final Pattern START = Pattern.compile("(\\S+) \\(file ([0-9A-F]{24})\\)");

  /// @throws BackupException if it is not such a file
  public static BackupLabel parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw malformed("it has " + text.length() + " characters", null);
    }
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        lines.putIfAbsent(line.substring(0, colon), line.substring(colon + 2));
      }
    }
    Matcher start = START.matcher(required(lines, "START WAL LOCATION"));
    if (!start.matches()) {
      throw malformed("START WAL LOCATION is '" + lines.get("START WAL LOCATION") + "'", null);
    }
    WalSegmentName segment =
        WalSegmentName.parse(start.group(2))
            .orElseThrow(() -> malformed("no WAL file: '" + start.group(2) + "'", null));
    return new BackupLabel(
        lsn(start.group(1)),
        segment,
        lsn(required(lines, "CHECKPOINT LOCATION")),
        timeline(lines, segment),
        lines.getOrDefault("BACKUP METHOD", ""),
        lines.getOrDefault("BACKUP FROM", ""),
        lines.getOrDefault("START TIME", ""),
        lines.getOrDefault("LABEL", ""),
        Optional.ofNullable(lines.get("INCREMENTAL FROM LSN")).map(BackupLabel::lsn));
  }

  private static int timeline(Map<String, String> lines, WalSegmentName segment) {
    String text = lines.getOrDefault("START TIMELINE", Integer.toString(segment.timeline()));
    try {
      int timeline = Integer.parseInt(text);
      if (timeline == segment.timeline()) {
        return timeline;
      }
    } catch (NumberFormatException e) {
      throw malformed("START TIMELINE is '" + text + "'", e);
    }
    throw malformed("timeline " + text + " and WAL file " + segment + " do not agree", null);
  }

  private static String required(Map<String, String> lines, String name) {
    String value = lines.get(name);
    if (value == null) {
      throw malformed("it has no line " + name, null);
    }
    return value;
  }

  private static Lsn lsn(String text) {
    try {
      return Lsn.parse(text);
    } catch (IllegalArgumentException e) {
      throw malformed("'" + text + "' is no position", e);
    }
  }

  private static BackupException malformed(String what, @Nullable Throwable cause) {
    return new BackupException(
        ErrorCode.MANIFEST_MISMATCH,
        "backup_label cannot be read: " + what,
        "Make the backup again.",
        cause);
  }
}
