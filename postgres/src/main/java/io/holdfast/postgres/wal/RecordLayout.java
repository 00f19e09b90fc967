package io.holdfast.postgres.wal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// How the parts of a record lie in it. Only as much is read as is needed to find the main data, or
/// the blocks.
///
/// @param mainDataOffset from the start of the record
record RecordLayout(int blocks, int mainDataOffset, int mainDataBytes) {
  static final int HEADER_BYTES = 24;

  private static final int MAX_BLOCK_ID = 32;
  private static final int RELATION_BYTES = 12;
  private static final int BLOCK_BYTES = 4;
  private static final int MAIN_SHORT = 255;
  private static final int MAIN_LONG = 254;
  private static final int ORIGIN = 253;
  private static final int TOP_LEVEL_XID = 252;

  private static final int FORK = 0x0f;
  private static final int HAS_IMAGE = 0x10;
  private static final int HAS_DATA = 0x20;
  private static final int WILL_INIT = 0x40;
  private static final int SAME_RELATION = 0x80;
  private static final int IMAGE_HAS_HOLE = 0x01;

  /// @param record the record from its first byte, little endian, perhaps only its beginning
  /// @param totalBytes the record's length
  /// @return empty if the parts do not add up to the record
  static Optional<RecordLayout> of(WalVersion version, ByteBuffer record, int totalBytes) {
    Scan scan = new Scan(version, record, totalBytes, _ -> {});
    return scan.run() ? Optional.of(scan.layout()) : Optional.empty();
  }

  /// The blocks that a record changes, in its order. Parameters as for [#of], with which the record
  /// was found to be well made.
  static List<BlockChange> blocks(WalVersion version, ByteBuffer record, int totalBytes) {
    List<BlockChange> blocks = new ArrayList<>();
    new Scan(version, record, totalBytes, blocks::add).run();
    return blocks;
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
    private final Consumer<BlockChange> visitor;
    private int relationAt;
    private int mainBytes;

    Scan(WalVersion version, ByteBuffer in, int totalBytes, Consumer<BlockChange> visitor) {
      this.visitor = visitor;
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
      boolean replaces = (flags & WILL_INIT) != 0;
      if ((flags & HAS_IMAGE) != 0) {
        int info = image();
        if (info < 0) {
          return false;
        }
        replaces |= (info & version.appliedImageBit()) != 0;
      }
      if ((flags & SAME_RELATION) == 0) {
        relationAt = at;
        at += RELATION_BYTES;
      }
      if (relationAt == 0 || !has(BLOCK_BYTES)) {
        return false;
      }
      visitor.accept(
          new BlockChange(
              u32At(relationAt),
              u32At(relationAt + 4),
              u32At(relationAt + 8),
              flags & FORK,
              u32(),
              replaces ? BlockChange.Effect.REPLACES : BlockChange.Effect.AMENDS));
      return true;
    }

    /// Passes over the header of a page image; returns its info byte, negative if it is not whole.
    private int image() {
      if (!has(5)) {
        return -1;
      }
      int bytes = u16();
      at += 2;
      int info = u8();
      payload += bytes;
      boolean compressed = (info & version.compressedImageBits()) != 0;
      boolean whole = !compressed || (info & IMAGE_HAS_HOLE) == 0 || skip(2);
      return whole ? info : -1;
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
      at += 4;
      return u32At(at - 4);
    }

    private long u32At(int position) {
      return in.getInt(position) & 0xffffffffL;
    }
  }
}
