package io.holdfast.repository;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The parts of a pack that have parsers of their own, for tests that change them.
final class PackParts {
  /// What packs count as having here; those of tests have less.
  static final int PACK_BYTES = 100_000;

  private PackParts() {}

  static byte[] header(byte[] pack) {
    return Arrays.copyOf(pack, Math.min(pack.length, PackFormat.HEADER_BYTES));
  }

  static byte[] checked(byte[] header) {
    if (header.length == PackFormat.HEADER_BYTES) {
      System.arraycopy(
          CryptoKit.be32(PackFormat.Header.crc(header)), 0, header, PackFormat.CRC_AT, 4);
    }
    return header;
  }

  /// Of a pack of [#PACK_BYTES], with a table that fits it.
  static byte[] footer(byte[] pack) {
    byte[] footer = Arrays.copyOfRange(pack, pack.length - PackFormat.FOOTER_BYTES, pack.length);
    int tableBytes = 1_000;
    ByteBuffer.wrap(footer)
        .putInt(PACK_BYTES - PackFormat.FOOTER_BYTES - tableBytes)
        .putInt(tableBytes);
    return footer;
  }

  /// The kind of the pack, then its decrypted table.
  static byte[] table(Domain domain, byte[] pack) {
    PackFormat.Header header = PackFormat.Header.decode(header(pack), "x");
    int footerAt = pack.length - PackFormat.FOOTER_BYTES;
    byte[] end = Arrays.copyOfRange(pack, footerAt, pack.length);
    PackFormat.Footer footer = PackFormat.Footer.decode(end, pack.length, "x");
    byte[] plain =
        SealedObject.open(
            domain::metaKey,
            PackBuilder.TABLE_PURPOSE,
            domain.bound(header(pack)),
            pack,
            footer.tableOffset(),
            footer.tableBytes(),
            PackFormat.TABLE_BYTES_MAX,
            "x");
    return SealedObject.concat(new byte[] {(byte) PackFormat.code(header.packing())}, plain);
  }

  /// Reads what [#table] made, as that of a pack of [#PACK_BYTES].
  static void decodeTable(byte[] kindAndTable) {
    RecordReader in = new RecordReader(kindAndTable, "x");
    Packing packing = PackFormat.packing(in);
    SessionId session = SessionId.of(new byte[Hex16.BYTES]);
    PackFormat.Header header =
        new PackFormat.Header(
            RepositoryId.of(new byte[Hex16.BYTES]),
            DomainId.of(new byte[Hex16.BYTES]),
            session,
            1,
            1,
            packing);
    PackId pack = new PackId(session, 1, Digest.zero());
    PackTables.decode(in.raw(in.remaining()), pack, header, PACK_BYTES).requireSound();
  }
}
