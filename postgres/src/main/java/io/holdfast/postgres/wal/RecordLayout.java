package io.holdfast.postgres.wal;

import java.nio.ByteBuffer;
import java.util.Optional;

/// How the parts of a record lie in it. Only as much is read as is needed to find the main data.
///
/// @param mainDataOffset from the start of the record
record RecordLayout(int blocks, int mainDataOffset, int mainDataBytes) {
  static final int HEADER_BYTES = 24;

  private static final int MAX_BLOCK_ID = 32;
  private static final int MAIN_SHORT = 255;
  private static final int MAIN_LONG = 254;
  private static final int ORIGIN = 253;
  private static final int TOP_LEVEL_XID = 252;

  private static final int HAS_IMAGE = 0x10;
  private static final int HAS_DATA = 0x20;
  private static final int SAME_RELATION = 0x80;
  private static final int IMAGE_HAS_HOLE = 0x01;

  /// @param record the record from its first byte, little endian, perhaps only its beginning
  /// @param totalBytes the record's length
  /// @return empty if the parts do not add up to the record
  static Optional<RecordLayout> of(WalVersion version, ByteBuffer record, int totalBytes) {
    Scan scan = new Scan(version, record, totalBytes);
    return scan.run() ? Optional.of(scan.layout()) : Optional.empty();
  }

  /// One pass over the fragment headers.
  private static final class Scan {
    private final WalVersion version;
    private final ByteBuffer in;
    private final int totalBytes;
    private int at = HEADER_BYTES;
    private long payload;
    private int blocks;
    private int lastBlock = -1;
    private boolean sawRelation;
    private int mainBytes;

    Scan(WalVersion version, ByteBuffer in, int totalBytes) {
      this.version = version;
      this.in = in;
      this.totalBytes = totalBytes;
    }

    boolean run() {
      while (totalBytes - at > payload) {
        if (!has(1)) {
          return false;
        }
        int id = u8();
        if (id == MAIN_SHORT || id == MAIN_LONG) {
          return main(id);
        }
        if (!fragment(id)) {
          return false;
        }
      }
      return totalBytes - at == payload;
    }

    private boolean fragment(int id) {
      if (id == ORIGIN) {
        return skip(2);
      }
      if (id == TOP_LEVEL_XID) {
        return version.major() >= 14 && skip(4);
      }
      return id <= MAX_BLOCK_ID && block(id);
    }

    private boolean main(int id) {
      int size = id == MAIN_SHORT ? 1 : 4;
      if (!has(size)) {
        return false;
      }
      long bytes = size == 1 ? u8() : u32();
      payload += bytes;
      mainBytes = (int) Math.min(bytes, Integer.MAX_VALUE);
      return totalBytes - at == payload;
    }

    private boolean block(int id) {
      if (id <= lastBlock || !has(3)) {
        return false;
      }
      lastBlock = id;
      blocks++;
      int flags = u8();
      int dataBytes = u16();
      if ((flags & HAS_DATA) == 0 && dataBytes != 0) {
        return false;
      }
      payload += dataBytes;
      if ((flags & HAS_IMAGE) != 0 && !image()) {
        return false;
      }
      if ((flags & SAME_RELATION) != 0) {
        return sawRelation && skip(4);
      }
      sawRelation = true;
      return skip(12 + 4);
    }

    private boolean image() {
      if (!has(5)) {
        return false;
      }
      int bytes = u16();
      at += 2;
      int info = u8();
      payload += bytes;
      boolean compressed = (info & version.compressedImageBits()) != 0;
      return !compressed || (info & IMAGE_HAS_HOLE) == 0 || skip(2);
    }

    RecordLayout layout() {
      return new RecordLayout(blocks, totalBytes - mainBytes, mainBytes);
    }

    private boolean has(int bytes) {
      return at + bytes <= in.limit();
    }

    private boolean skip(int bytes) {
      at += bytes;
      return at <= in.limit();
    }

    private int u8() {
      return in.get(at++) & 0xff;
    }

    private int u16() {
      int value = in.getShort(at) & 0xffff;
      at += 2;
      return value;
    }

    private long u32() {
      long value = in.getInt(at) & 0xffffffffL;
      at += 4;
      return value;
    }
  }
}
