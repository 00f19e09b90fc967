package io.holdfast.repository.wal;

import io.holdfast.repository.CorruptRepositoryException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The bytes of a lineage's small objects: `about` and files. See `docs/format/wal.md`, "Small
/// objects". *Thread-safe.*
final class WalFiles {
  /// The largest file.
  static final int FILE_BYTES_MAX = 1 << 20;

  /// The longest name of a file.
  static final int NAME_BYTES_MAX = 255;

  static final int OBJECT_BYTES_MAX =
      12 + 2 + NAME_BYTES_MAX + FILE_BYTES_MAX + WalSealer.OVERHEAD_BYTES_MAX;

  /// How much longer an object is than name and content, without what sealing adds.
  static final int OBJECT_BYTES_MORE = 12 + 2;

  private static final byte[] FILE_MAGIC = "HFWALFIL".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ABOUT_MAGIC = "HFWALABT".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 12;
  private static final String FILE = "wal-file";
  private static final String ABOUT = "wal-about";

  /// A file with its real name. *Immutable.*
  static final class NamedFile {
    private final String name;
    private final byte[] bytes;

    private NamedFile(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    String name() {
      return name;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  private WalFiles() {}

  static byte[] encodeFile(
      WalSealer sealer, String lineage, String pseudonym, String name, byte[] bytes) {
    byte[] encodedName = name.getBytes(StandardCharsets.UTF_8);
    byte[] plain =
        ByteBuffer.allocate(2 + encodedName.length + bytes.length)
            .putShort((short) encodedName.length)
            .put(encodedName)
            .put(bytes)
            .array();
    return sealed(sealer, FILE_MAGIC, FILE, lineage + "/" + pseudonym, plain);
  }

  static NamedFile decodeFile(WalSealer sealer, String lineage, String pseudonym, byte[] object) {
    String what = "WAL file " + pseudonym;
    byte[] plain =
        opened(
            sealer,
            FILE_MAGIC,
            FILE,
            lineage + "/" + pseudonym,
            object,
            2 + NAME_BYTES_MAX + FILE_BYTES_MAX,
            what);
    int nameBytes = plain.length < 2 ? -1 : ByteBuffer.wrap(plain).getShort() & 0xffff;
    if (nameBytes < 1 || nameBytes > Math.min(NAME_BYTES_MAX, plain.length - 2)) {
      throw CorruptRepositoryException.damaged(what + ": it has no name");
    }
    return new NamedFile(
        text(plain, 2, nameBytes, what), Arrays.copyOfRange(plain, 2 + nameBytes, plain.length));
  }

  static byte[] encodeAbout(WalSealer sealer, WalLineage about) {
    byte[] source = about.source().getBytes(StandardCharsets.UTF_8);
    byte[] plain =
        ByteBuffer.allocate(12 + source.length)
            .putLong(about.systemIdentifier())
            .putInt(about.segmentBytes())
            .put(source)
            .array();
    return sealed(sealer, ABOUT_MAGIC, ABOUT, about.id(), plain);
  }

  static WalLineage decodeAbout(WalSealer sealer, String lineage, byte[] object) {
    String what = "WAL lineage " + lineage;
    byte[] plain =
        opened(sealer, ABOUT_MAGIC, ABOUT, lineage, object, 12 + WalLineage.SOURCE_BYTES_MAX, what);
    if (plain.length <= 12) {
      throw CorruptRepositoryException.damaged(what + ": it ends early");
    }
    ByteBuffer fields = ByteBuffer.wrap(plain);
    try {
      return new WalLineage(
          lineage, text(plain, 12, plain.length - 12, what), fields.getLong(0), fields.getInt(8));
    } catch (IllegalArgumentException e) {
      throw CorruptRepositoryException.damaged(what + ": " + e.getMessage(), e);
    }
  }

  private static byte[] sealed(
      WalSealer sealer, byte[] magic, String purpose, String context, byte[] plain) {
    byte[] sealed =
        sealer.seal(purpose, context.getBytes(StandardCharsets.US_ASCII), plain, 0, plain.length);
    return ByteBuffer.allocate(HEADER_BYTES + sealed.length)
        .put(magic)
        .putInt(VERSION)
        .put(sealed)
        .array();
  }

  private static byte[] opened(
      WalSealer sealer,
      byte[] magic,
      String purpose,
      String context,
      byte[] object,
      int bytesMax,
      String what) {
    if (object.length < HEADER_BYTES
        || !Arrays.equals(object, 0, magic.length, magic, 0, magic.length)) {
      throw CorruptRepositoryException.damaged(what + ": it does not begin as it should");
    }
    int version = ByteBuffer.wrap(object).getInt(magic.length);
    if (version != VERSION) {
      throw CorruptRepositoryException.damaged(
          what + ": version " + version + " is not known here");
    }
    return sealer.open(
        purpose,
        context.getBytes(StandardCharsets.US_ASCII),
        Arrays.copyOfRange(object, HEADER_BYTES, object.length),
        bytesMax);
  }

  private static String text(byte[] bytes, int offset, int length, String what) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw CorruptRepositoryException.damaged(what + ": text is not UTF-8", e);
    }
  }
}
