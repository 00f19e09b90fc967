package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// One WAL record with a valid checksum. It is a view: valid only until the visitor returns.
public final class WalRecord {
  /// Resource managers that this package knows by name.
  static final int XLOG = 0;

  static final int XACT = 1;
  static final int TABLESPACE = 5;

  private final Lsn start;
  private final Lsn end;
  private final Lsn previous;
  private final int totalBytes;
  private final long xid;
  private final int resourceManager;
  private final int info;
  private final RecordLayout layout;
  private final ByteBuffer mainData;
  private final ByteBuffer header;
  private final WalVersion version;

  /// @param header the record from its first byte, as far as it was kept
  WalRecord(
      WalVersion version,
      Lsn start,
      Lsn end,
      ByteBuffer header,
      RecordLayout layout,
      ByteBuffer mainData) {
    this.version = version;
    this.header = header;
    this.start = start;
    this.end = end;
    this.totalBytes = header.getInt(0);
    this.xid = header.getInt(4) & 0xffffffffL;
    this.previous = new Lsn(header.getLong(8));
    this.info = header.get(16) & 0xff;
    this.resourceManager = header.get(17) & 0xff;
    this.layout = layout;
    this.mainData = mainData;
  }

  /// The position of the record's first byte: the LSN under which servers and tools name it.
  public Lsn start() {
    return start;
  }

  /// Where the next record may start; after a segment switch that is the next segment.
  public Lsn end() {
    return end;
  }

  public Lsn previous() {
    return previous;
  }

  public int totalBytes() {
    return totalBytes;
  }

  /// The transaction that wrote it; 0 if none.
  public long xid() {
    return xid;
  }

  public int resourceManager() {
    return resourceManager;
  }

  /// The whole info byte; the low four bits are not the resource manager's.
  public int info() {
    return info;
  }

  /// How many blocks the record names.
  public int blocks() {
    return layout.blocks();
  }

  /// The blocks that the record changes, in its order.
  public List<BlockChange> blockChanges() {
    return blocks() == 0 ? List.of() : RecordLayout.blocks(version, header, totalBytes);
  }

  /// How long the main data is, even where [#mainData] holds less.
  public int mainDataBytes() {
    return layout.mainDataBytes();
  }

  /// The main data, little endian, read only. A very long record gives only what was kept of it,
  /// perhaps nothing: compare with [#mainDataBytes].
  public ByteBuffer mainData() {
    return mainData.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String toString() {
    return "record " + resourceManager + "/" + Integer.toHexString(info) + " at " + start;
  }
}
