package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// Writes WAL as a server would, for tests that need WAL of a certain shape. What it wrote is the
/// model: nothing here uses the reader.
public final class SyntheticWal {
  /// A record that was written.
  public record Written(Lsn start, Lsn end, int manager, int info, long xid, Say say) {}

  /// What a record means.
  public sealed interface Say {}

  public record Ended(boolean commit, long xid, Instant time) implements Say {}

  public record Point(String name, Instant time) implements Say {}

  public record Other() implements Say {}

  public record Lost(Lsn start) implements Say {}

  public static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);

  private final WalVersion version;
  private final int timeline;
  private final long base;
  private byte[] bytes = new byte[1 << 20];
  private int length;
  private long previous;
  private final List<Written> records = new ArrayList<>();

  private SyntheticWal(WalVersion version, int timeline, long base) {
    this.version = version;
    this.timeline = timeline;
    this.base = base;
  }

  /// @param segment where WAL begins
  public static SyntheticWal start(WalVersion version, int timeline, long segment) {
    return new SyntheticWal(version, timeline, SIZE.startOf(segment).value());
  }

  /// A new timeline that leaves this one at the end of a record; it begins with a copy of the
  /// segment.
  public SyntheticWal branch(int newTimeline, Lsn at) {
    long segment = SIZE.floor(at).value();
    SyntheticWal branch = new SyntheticWal(version, newTimeline, segment);
    branch.bytes = Arrays.copyOfRange(bytes, (int) (segment - base), bytes.length);
    branch.length = (int) (at.value() - segment);
    for (Written record : records) {
      if (record.end.compareTo(at) <= 0) {
        branch.previous = record.start.value();
      }
    }
    Arrays.fill(branch.bytes, branch.length, branch.bytes.length, (byte) 0);
    return branch;
  }

  public Lsn position() {
    return new Lsn(base + length);
  }

  public Lsn base() {
    return new Lsn(base);
  }

  public List<Written> records() {
    return records;
  }

  public byte[] bytes(Lsn from, Lsn to) {
    return Arrays.copyOfRange(bytes, (int) (from.value() - base), (int) (to.value() - base));
  }

  public Written commit(long xid, Instant time) {
    return add(1, 0x00, xid, time(time).array(), new Ended(true, xid, time));
  }

  public Written abort(long xid, Instant time) {
    return add(1, 0x20, xid, time(time).array(), new Ended(false, xid, time));
  }

  /// Commits a prepared transaction, with all lists that can stand before its number.
  public Written commitPrepared(long xid, Instant time) {
    int statistic = version.major() < 18 ? 12 : 16;
    ByteBuffer data =
        ByteBuffer.allocate(200 + statistic).order(ByteOrder.LITTLE_ENDIAN).putLong(micros(time));
    boolean statistics = version.major() >= 15;
    data.putInt(1 | 2 | 4 | 8 | 16 | (statistics ? 256 : 0));
    data.putInt(5).putInt(1663);
    data.putInt(2).putInt(901).putInt(902);
    data.putInt(1).put(new byte[12]);
    if (statistics) {
      data.putInt(1).put(new byte[statistic]);
    }
    data.putInt(3).put(new byte[48]);
    data.putInt((int) xid);
    data.put("gid".getBytes(StandardCharsets.UTF_8)).put((byte) 0);
    byte[] main = Arrays.copyOf(data.array(), data.position());
    return add(1, 0x30 | 0x80, 0, main, new Ended(true, xid, time));
  }

  public Written restorePoint(String name, Instant time) {
    byte[] main = Arrays.copyOf(time(time).array(), 72);
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, main, 8, text.length);
    return add(0, 0x70, 0, main, new Point(name, time));
  }

  /// A record that means nothing to recovery.
  public Written noise(int mainBytes) {
    byte[] main = new byte[mainBytes];
    Arrays.fill(main, (byte) 0x5a);
    return add(10, 0, 77, main, new Other());
  }

  /// The rest of the segment stays empty.
  public Written switchSegment() {
    Written written = append(0, 0x40, 0, new byte[0], new Other());
    long end = SIZE.ceiling(written.end).value();
    while (base + length < end) {
      if (length % 8192 == 0) {
        pageHeader(0);
      }
      int page = Math.min(8192 - length % 8192, (int) (end - base - length));
      reserve(page);
      length += page;
    }
    return remember(new Written(written.start, new Lsn(end), 0, 0x40, 0, new Other()));
  }

  /// Begins a record, crashes on the way, and says on the next page that it will never be finished.
  ///
  /// @return the start of the record that was lost
  public Lsn crashInsideARecord() {
    while (length % 8192 < 4000) {
      noise(500);
    }
    long before = previous;
    Lsn lost = append(10, 0, 77, new byte[30_000], new Other()).start;
    previous = before;
    length = (int) (lost.value() - base) / 8192 * 8192 + 8192;
    Arrays.fill(bytes, length, bytes.length, (byte) 0);
    ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    data.putLong(lost.value()).putLong(micros(Instant.EPOCH));
    int page = length;
    add(0, 0xd0, 0, data.array(), new Lost(lost));
    bytes[page + 2] |= 8;
    return lost;
  }

  private Written add(int manager, int info, long xid, byte[] main, Say say) {
    return remember(append(manager, info, xid, main, say));
  }

  private Written remember(Written written) {
    records.add(written);
    return written;
  }

  private Written append(int manager, int info, long xid, byte[] main, Say say) {
    byte[] record = record(manager, info, xid, main);
    if (length % 8192 == 0) {
      pageHeader(0);
    }
    long start = base + length;
    int at = 0;
    while (at < record.length) {
      if (length % 8192 == 0) {
        pageHeader(record.length - at);
      }
      int count = Math.min(record.length - at, 8192 - length % 8192);
      reserve(count);
      System.arraycopy(record, at, bytes, length, count);
      length += count;
      at += count;
    }
    reserve(8);
    length = (length + 7) & ~7;
    previous = start;
    return new Written(new Lsn(start), new Lsn(base + length), manager, info, xid, say);
  }

  private byte[] record(int manager, int info, long xid, byte[] main) {
    int headers = main.length == 0 ? 0 : main.length < 256 ? 2 : 5;
    ByteBuffer record =
        ByteBuffer.allocate(24 + headers + main.length).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(record.capacity()).putInt((int) xid).putLong(previous);
    record.put((byte) info).put((byte) manager).putShort((short) 0).putInt(0);
    if (headers == 2) {
      record.put((byte) 255).put((byte) main.length);
    } else if (headers == 5) {
      record.put((byte) 254).putInt(main.length);
    }
    record.put(main);
    CRC32C crc = new CRC32C();
    crc.update(record.array(), 24, record.capacity() - 24);
    crc.update(record.array(), 0, 20);
    record.putInt(20, (int) crc.getValue());
    return record.array();
  }

  private void pageHeader(int remaining) {
    boolean first = (base + length) % SIZE.bytes() == 0;
    int size = first ? 40 : 24;
    reserve(size);
    ByteBuffer page = ByteBuffer.wrap(bytes, length, size).slice().order(ByteOrder.LITTLE_ENDIAN);
    page.putShort((short) version.pageMagic());
    page.putShort((short) ((remaining > 0 ? 1 : 0) | (first ? 2 : 0)));
    page.putInt(timeline).putLong(base + length).putInt(remaining).putInt(0);
    if (first) {
      page.putLong(4711).putInt(SIZE.bytes()).putInt(8192);
    }
    length += size;
  }

  private void reserve(int count) {
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }

  private static ByteBuffer time(Instant time) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, micros(time));
  }

  private static long micros(Instant time) {
    return (time.getEpochSecond() - 946_684_800L) * 1_000_000 + time.getNano() / 1000;
  }
}
