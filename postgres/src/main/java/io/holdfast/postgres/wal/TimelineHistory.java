package io.holdfast.postgres.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A timeline and how it came about: its ancestors, oldest first, each with the position at which
/// it was left.
///
/// @param timeline from 1
/// @param ancestors with rising timelines; empty for a cluster that was never promoted
public record TimelineHistory(int timeline, List<Ancestor> ancestors) {
  /// A history file has a line per promotion; this many cannot come about by use.
  private static final int MAX_ANCESTORS = 10_000;

  private static final Pattern LINE =
      Pattern.compile("\\s*(\\d{1,10})\\s+([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})(?:[\\t ](.*))?");

  /// A timeline that was left.
  ///
  /// @param left the position at which its successor begins
  /// @param reason what the server wrote, one line, may be empty
  public record Ancestor(int timeline, Lsn left, String reason) {}

  public TimelineHistory {
    ancestors = List.copyOf(ancestors);
    int before = 0;
    for (Ancestor ancestor : ancestors) {
      if (ancestor.timeline <= before) {
        throw new IllegalArgumentException("timelines out of order in the history of " + timeline);
      }
      before = ancestor.timeline;
    }
    if (timeline <= before) {
      throw new IllegalArgumentException("timeline " + timeline + " descends from " + before);
    }
  }

  /// A timeline without ancestors.
  public static TimelineHistory root(int timeline) {
    return new TimelineHistory(timeline, List.of());
  }

  /// Reads the text of a history file.
  ///
  /// @throws BackupException if it cannot be read as one
  public static TimelineHistory parse(int timeline, String text) {
    List<Ancestor> ancestors = new ArrayList<>();
    int before = 0;
    for (String line : text.lines().toList()) {
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches() || ancestors.size() == MAX_ANCESTORS) {
        throw malformed(timeline, "unexpected line '" + shortened(line) + "'");
      }
      long parent = Long.parseLong(matcher.group(1));
      if (parent <= before || parent >= timeline) {
        throw malformed(timeline, "timeline " + parent + " is out of order");
      }
      before = (int) parent;
      String reason = matcher.group(3);
      ancestors.add(
          new Ancestor(before, Lsn.parse(matcher.group(2)), reason == null ? "" : reason.strip()));
    }
    return new TimelineHistory(timeline, ancestors);
  }

  /// The text of a history file that means the same.
  public String format() {
    StringBuilder text = new StringBuilder();
    for (Ancestor ancestor : ancestors) {
      text.append(ancestor.timeline).append('\t').append(ancestor.left);
      text.append('\t').append(ancestor.reason).append('\n');
    }
    return text.toString();
  }

  /// Whether that timeline is this one or an ancestor of it.
  public boolean contains(int other) {
    return other == timeline || left(other) != null;
  }

  /// The timeline to which the byte at this position belongs.
  public int timelineAt(Lsn position) {
    for (Ancestor ancestor : ancestors) {
      if (position.isBefore(ancestor.left)) {
        return ancestor.timeline;
      }
    }
    return timeline;
  }

  /// The direct parent; empty for a cluster that was never promoted.
  public OptionalInt parent() {
    return ancestors.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ancestors.getLast().timeline);
  }

  /// The way from an ancestor (or this timeline itself) to this timeline: who comes after whom and
  /// where.
  ///
  /// @throws IllegalArgumentException if `from` is not contained
  public List<Stage> pathFrom(int from) {
    if (!contains(from)) {
      throw new IllegalArgumentException("timeline " + timeline + " does not descend from " + from);
    }
    List<Stage> stages = new ArrayList<>();
    Lsn begin = new Lsn(0);
    for (Ancestor ancestor : ancestors) {
      if (ancestor.timeline >= from) {
        stages.add(new Stage(ancestor.timeline, begin, ancestor.left));
      }
      begin = ancestor.left;
    }
    stages.add(new Stage(timeline, begin, END));
    return List.copyOf(stages);
  }

  /// The part of a path that lies on one timeline.
  ///
  /// @param begin where the timeline begins; 0/0 for the first
  /// @param end where it is left; [#END] for the last
  public record Stage(int timeline, Lsn begin, Lsn end) {}

  /// The end of a timeline that was not left.
  public static final Lsn END = new Lsn(-1L);

  private @Nullable Lsn left(int other) {
    for (Ancestor ancestor : ancestors) {
      if (ancestor.timeline == other) {
        return ancestor.left;
      }
    }
    return null;
  }

  private static BackupException malformed(int timeline, String what) {
    return new BackupException(
        ErrorCode.WAL_CORRUPT,
        "history of timeline " + timeline + " cannot be read: " + what,
        "Fetch the history file from the server again.");
  }

  private static String shortened(String line) {
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }
}
