package io.holdfast.repository;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Fixed parts of a pack: the clear header, table entries, padding and the footer.
final class PackFormat {
  static final int HEADER_BYTES = 128;
  static final int FOOTER_BYTES = 64;
  static final int ENTRY_BYTES = 48;
  static final int PACK_BYTES_MAX = 256 << 20;
  static final int TABLE_BYTES_MAX = 8 << 20;
  static final int ENTRIES_MAX = 65_536;

  /// How a frame is stored, in each entry; the prefix of a difference stands behind the entries.
  private static final int WHOLE = 0;

  private static final int DIFFERENCE = 1;
  private static final int STORED_AS_AT = ChunkId.BYTES + 1;

  private static final byte[] HEADER_MAGIC = CryptoKit.ascii("HFPACK01");
  private static final byte[] FOOTER_MAGIC = CryptoKit.ascii("HFPACKE1");
  static final int CRC_AT = HEADER_BYTES - 4;

  private PackFormat() {}

  /// What the clear header says.
  record Header(
      RepositoryId repository,
      DomainId domain,
      SessionId session,
      int sequence,
      int keyVersion,
      Packing packing) {
    byte[] encode() {
      byte[] out =
          Arrays.copyOf(
              new RecordWriter(HEADER_BYTES)
                  .raw(HEADER_MAGIC)
                  .raw(repository.toBytes())
                  .raw(domain.toBytes())
                  .raw(session.toBytes())
                  .u32(sequence)
                  .u32(keyVersion)
                  .u8(code(packing))
                  .toBytes(),
              HEADER_BYTES);
      System.arraycopy(CryptoKit.be32(crc(out)), 0, out, CRC_AT, 4);
      return out;
    }

    static Header decode(byte[] bytes, String what) {
      if (bytes.length < HEADER_BYTES) {
        throw CorruptRepositoryException.damaged(what + " is too short for a header");
      }
      RecordReader in = new RecordReader(bytes, 0, HEADER_BYTES, what);
      in.expect(HEADER_MAGIC);
      RepositoryId repository = RepositoryId.of(in.raw(Hex16.BYTES));
      DomainId domain = DomainId.of(in.raw(Hex16.BYTES));
      SessionId session = SessionId.of(in.raw(Hex16.BYTES));
      int sequence = in.u32();
      int keyVersion = in.u32();
      Packing packing = PackFormat.packing(in);
      in.zeros(CRC_AT - 65);
      if (!Arrays.equals(in.raw(4), CryptoKit.be32(crc(bytes)))) {
        throw in.damaged("has a header that does not match its checksum");
      }
      return new Header(repository, domain, session, sequence, keyVersion, packing);
    }

    static int crc(byte[] header) {
      CRC32C crc = new CRC32C();
      crc.update(header, 0, CRC_AT);
      return (int) crc.getValue();
    }
  }

  static int code(Packing packing) {
    return switch (packing) {
      case DATA -> 1;
      case METADATA -> 2;
    };
  }

  static Packing packing(RecordReader in) {
    return switch (in.u8()) {
      case 1 -> Packing.DATA;
      case 2 -> Packing.METADATA;
      default -> throw in.damaged("names an unknown kind of pack");
    };
  }

  /// One line of a pack's table and of an index section: 48 bytes, and 32 behind all lines for a
  /// chunk that is stored as the difference to another one.
  ///
  /// @param prefix that other chunk
  record Entry(
      ChunkId id,
      ChunkType type,
      int offset,
      int storedBytes,
      int plainBytes,
      Optional<ChunkId> prefix) {
    /// A chunk that is stored whole.
    Entry(ChunkId id, ChunkType type, int offset, int storedBytes, int plainBytes) {
      this(id, type, offset, storedBytes, plainBytes, Optional.empty());
    }

    /// Writes the 48 bytes.
    void write(RecordWriter out) {
      out.id(id)
          .u8(type.code())
          .u8(prefix.isPresent() ? DIFFERENCE : WHOLE)
          .zeros(2)
          .u32(offset)
          .u32(storedBytes)
          .u32(plainBytes);
    }

    /// Reads an entry of a pack that is `packBytes` long.
    ///
    /// @param prefixes behind all entries
    static Entry read(RecordReader in, RecordReader prefixes, Packing packing, int packBytes) {
      ChunkId id = in.id();
      ChunkType type =
          ChunkType.ofCode(in.u8()).orElseThrow(() -> in.damaged("has an unknown chunk type"));
      Optional<ChunkId> prefix =
          switch (in.u8()) {
            case WHOLE -> Optional.empty();
            case DIFFERENCE -> Optional.of(prefixes.id());
            default -> throw in.damaged("has a chunk that is stored in an unknown way");
          };
      in.zeros(2);
      int offset = in.u32();
      int stored = in.count(FrameSealer.FRAME_BYTES_MAX);
      int plain = in.count(ChunkWriter.CHUNK_BYTES_MAX);
      if (type.packing() != packing
          || offset < HEADER_BYTES
          || stored < FrameSealer.OVERHEAD_BYTES
          || (long) offset + stored > packBytes - FOOTER_BYTES) {
        throw in.damaged("has an entry that points outside its pack");
      }
      if (prefix.isPresent() && (type != ChunkType.STREAM || prefix.get().equals(id))) {
        throw in.damaged("has a chunk that cannot be a difference");
      }
      return new Entry(id, type, offset, stored, plain, prefix);
    }
  }

  /// Takes `count` entries and their prefixes as they are.
  static byte[] rawTable(RecordReader in, int count) {
    byte[] entries = in.raw(count * ENTRY_BYTES);
    int differences = 0;
    for (int i = 0; i < count; i++) {
      differences += entries[i * ENTRY_BYTES + STORED_AS_AT] == DIFFERENCE ? 1 : 0;
    }
    return SealedObject.concat(entries, in.raw(differences * ChunkId.BYTES));
  }

  /// Where the table lies; the last 64 bytes of a pack are `offset u32 ‖ length u32 ‖ 16 zeros ‖
  /// "HFPACKE1" ‖ SHA-256 of all before it`.
  record Footer(int tableOffset, int tableBytes, Digest digest) {
    static void write(byte[] pack, int at, int tableOffset, int tableBytes) {
      byte[] head =
          new RecordWriter(32)
              .u32(tableOffset)
              .u32(tableBytes)
              .zeros(16)
              .raw(FOOTER_MAGIC)
              .toBytes();
      System.arraycopy(head, 0, pack, at, head.length);
      byte[] digest = CryptoKit.sha256(pack, 0, at + head.length);
      System.arraycopy(digest, 0, pack, at + head.length, digest.length);
    }

    /// Reads the footer from the last 64 of `packBytes` bytes.
    static Footer decode(byte[] footer, int packBytes, String what) {
      RecordReader in = new RecordReader(footer, what);
      int tableOffset = in.u32();
      int tableBytes = in.count(TABLE_BYTES_MAX);
      in.zeros(16);
      in.expect(FOOTER_MAGIC);
      Digest digest = in.digest();
      in.end();
      if (tableOffset < HEADER_BYTES
          || (long) tableOffset + tableBytes != packBytes - FOOTER_BYTES) {
        throw in.damaged("has a footer that points elsewhere");
      }
      return new Footer(tableOffset, tableBytes, digest);
    }
  }

  /// The next size class: Padmé up to 1 MiB (at most 12 % for tiny packs, about 3 % at 1 MiB),
  /// steps of at most 1/128 above.
  static int paddedBytes(int bytes) {
    if (bytes < 2) {
      return bytes;
    }
    int exponent = 31 - Integer.numberOfLeadingZeros(bytes);
    int kept = bytes > 1 << 20 ? 7 : 32 - Integer.numberOfLeadingZeros(exponent);
    int step = 1 << Math.max(0, exponent - kept);
    return Math.toIntExact(((long) bytes + step - 1) / step * step);
  }
}
