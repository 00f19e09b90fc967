package io.holdfast.postgres.wal;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// A file that goes through the archive of a PostgreSQL server. `toString` gives the file's name.
public sealed interface WalFileName {
  /// The timeline that the name begins with.
  int timeline();

  /// Empty if the text is no name of such a file; that includes every text with a path separator.
  static Optional<WalFileName> parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      return WalSegmentName.parse(text).map(Segment::new);
    }
    String stem = text.substring(0, dot);
    String suffix = text.substring(dot + 1);
    if (suffix.equals("partial")) {
      return WalSegmentName.parse(stem).map(Partial::new);
    }
    if (suffix.equals("history")) {
      return history(stem);
    }
    return suffix.endsWith(".backup")
        ? backupHistory(stem, suffix.substring(0, suffix.length() - ".backup".length()))
        : Optional.empty();
  }

  private static Optional<WalFileName> history(String stem) {
    if (stem.length() != 8 || !WalSegmentName.isUpperHex(stem)) {
      return Optional.empty();
    }
    int timeline = HexFormat.fromHexDigits(stem);
    return timeline < 1 ? Optional.empty() : Optional.of(new History(timeline));
  }

  private static Optional<WalFileName> backupHistory(String stem, String offset) {
    if (offset.length() != 8 || !WalSegmentName.isUpperHex(offset)) {
      return Optional.empty();
    }
    long bytes = HexFormat.fromHexDigitsToLong(offset);
    return bytes >= 1L << 30
        ? Optional.empty()
        : WalSegmentName.parse(stem).map(name -> new BackupHistory(name, (int) bytes));
  }

  /// A complete segment.
  record Segment(WalSegmentName name) implements WalFileName {
    @Override
    public int timeline() {
      return name.timeline();
    }

    @Override
    public String toString() {
      return name.toString();
    }
  }

  /// The last, incomplete segment of a timeline that was left by a promotion.
  record Partial(WalSegmentName name) implements WalFileName {
    @Override
    public int timeline() {
      return name.timeline();
    }

    @Override
    public String toString() {
      return name + ".partial";
    }
  }

  /// The list of a timeline's ancestors, see [TimelineHistory].
  record History(int timeline) implements WalFileName {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%08X.history", timeline);
    }
  }

  /// The note that a base backup leaves in the archive.
  ///
  /// @param name the segment in which the backup started
  /// @param offsetBytes where in that segment
  record BackupHistory(WalSegmentName name, int offsetBytes) implements WalFileName {
    @Override
    public int timeline() {
      return name.timeline();
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s.%08X.backup", name, offsetBytes);
    }
  }
}
