package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;

/// The size of a cluster's WAL segments: a power of two from 1 MiB to 1 GiB.
public record WalSegmentSize(int bytes) {
  private static final int SMALLEST = 1 << 20;
  private static final int LARGEST = 1 << 30;

  /// What PostgreSQL uses unless told otherwise.
  public static final WalSegmentSize DEFAULT = new WalSegmentSize(16 << 20);

  public WalSegmentSize {
    if (bytes < SMALLEST || bytes > LARGEST || Integer.bitCount(bytes) != 1) {
      throw new IllegalArgumentException("not a WAL segment size: " + bytes);
    }
  }

  /// The number of the segment that holds the byte at this position.
  public long numberOf(Lsn position) {
    return position.value() >>> shift();
  }

  /// The position of a segment's first byte.
  public Lsn startOf(long number) {
    return new Lsn(number << shift());
  }

  /// The start of the segment that holds the byte at this position.
  public Lsn floor(Lsn position) {
    return new Lsn(position.value() & -(long) bytes);
  }

  /// The next segment boundary at or after this position.
  public Lsn ceiling(Lsn position) {
    return new Lsn((position.value() + bytes - 1) & -(long) bytes);
  }

  /// How far into its segment the position lies.
  public int offsetOf(Lsn position) {
    return (int) (position.value() & (bytes - 1));
  }

  /// How many segments share the middle part of a file name.
  public long segmentsPerLogFile() {
    return 1L << (32 - shift());
  }

  private int shift() {
    return Integer.numberOfTrailingZeros(bytes);
  }
}
