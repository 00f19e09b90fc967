package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// The name of a WAL segment: timeline, log file and segment within it, eight upper-case
/// hexadecimal digits each. What position it stands for depends on the cluster's segment size.
///
/// @param timeline from 1
/// @param logFile the upper 32 bits of the position, unsigned
/// @param segment counted within the log file
public record WalSegmentName(int timeline, long logFile, long segment) {
  private static final int DIGITS = 24;

  public WalSegmentName {
    if (timeline < 1 || logFile >>> 32 != 0 || segment >>> 12 != 0) {
      throw new IllegalArgumentException(
          "not a WAL segment: timeline " + timeline + ", " + logFile + ", " + segment);
    }
  }

  /// The segment of a timeline that holds the byte at this position.
  public static WalSegmentName of(int timeline, Lsn position, WalSegmentSize size) {
    long number = size.numberOf(position);
    return new WalSegmentName(
        timeline, number / size.segmentsPerLogFile(), number % size.segmentsPerLogFile());
  }

  /// Empty if the text is not exactly such a name.
  public static Optional<WalSegmentName> parse(String text) {
    if (text.length() != DIGITS || !isUpperHex(text)) {
      return Optional.empty();
    }
    int timeline = HexFormat.fromHexDigits(text, 0, 8);
    long logFile = HexFormat.fromHexDigitsToLong(text, 8, 16);
    long segment = HexFormat.fromHexDigitsToLong(text, 16, 24);
    return timeline < 1 || segment >>> 12 != 0
        ? Optional.empty()
        : Optional.of(new WalSegmentName(timeline, logFile, segment));
  }

  /// Whether a cluster with segments of this size can have a segment of this name.
  public boolean fits(WalSegmentSize size) {
    return segment < size.segmentsPerLogFile();
  }

  /// The position of the segment's first byte.
  ///
  /// @throws IllegalArgumentException if the name does not fit the size
  public Lsn start(WalSegmentSize size) {
    if (!fits(size)) {
      throw new IllegalArgumentException(this + " is no segment of " + size.bytes() + " bytes");
    }
    return size.startOf(logFile * size.segmentsPerLogFile() + segment);
  }

  /// The position after the segment's last byte.
  public Lsn end(WalSegmentSize size) {
    return start(size).plus(size.bytes());
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%08X%08X%08X", timeline, logFile, segment);
  }

  static boolean isUpperHex(String text) {
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
  }
}
