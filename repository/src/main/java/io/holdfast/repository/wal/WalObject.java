package io.holdfast.repository.wal;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// The bytes of a range's object. See `docs/format/wal.md`, "Range objects". *Thread-safe.*
final class WalObject {
  static final int HEADER_BYTES = 16;

  /// Plain bytes of a frame; the last one of a range is shorter.
  static final int FRAME_BYTES = 4 << 20;

  /// The longest summary.
  static final int SUMMARY_BYTES_MAX = 1 << 20;

  /// No range object is larger.
  static final int OBJECT_BYTES_MAX = WalRange.BYTES_MAX + (4 << 20);

  private static final byte[] MAGIC = "HFWALRNG".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int SHA_BYTES = 32;
  private static final int ZSTD_LEVEL = 3;
  private static final int RAW = 0;
  private static final int ZSTD = 1;
  private static final int FRAME_HEADER_BYTES = 5;
  private static final String SUMMARY = "wal-summary";
  private static final String FRAME = "wal-frame";

  private final WalSealer sealer;
  private final String lineage;

  WalObject(WalSealer sealer, String lineage) {
    this.sealer = sealer;
    this.lineage = lineage;
  }

  byte[] encode(WalRange range, byte[] wal, int offset, byte[] summary) {
    byte[] digest = sha256(wal, offset, range.length());
    byte[] first = Arrays.copyOf(digest, SHA_BYTES + summary.length);
    System.arraycopy(summary, 0, first, SHA_BYTES, summary.length);
    byte[] sealedSummary = sealer.seal(SUMMARY, summaryContext(range), first, 0, first.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream(range.length() / 3);
    out.writeBytes(
        ByteBuffer.allocate(HEADER_BYTES)
            .put(MAGIC)
            .putInt(VERSION)
            .putInt(sealedSummary.length)
            .array());
    out.writeBytes(sealedSummary);
    for (int frame = 0; frame < frames(range); frame++) {
      byte[] plain = encodeFrame(wal, offset + frame * FRAME_BYTES, frameBytes(range, frame));
      byte[] sealed =
          sealer.seal(FRAME, frameContext(range, digest, frame), plain, 0, plain.length);
      out.writeBytes(ByteBuffer.allocate(4).putInt(sealed.length).array());
      out.writeBytes(sealed);
    }
    return out.toByteArray();
  }

  /// Bytes of the sealed summary behind the header.
  static int sealedSummaryBytes(WalRange range, byte[] prefix) {
    ByteBuffer header = ByteBuffer.wrap(prefix);
    if (prefix.length < HEADER_BYTES || !Arrays.equals(prefix, 0, 8, MAGIC, 0, 8)) {
      throw damaged(range, "it does not begin as a range of WAL");
    }
    if (header.getInt(8) != VERSION) {
      throw damaged(range, "version " + header.getInt(8) + " is not known here");
    }
    int bytes = header.getInt(12);
    if (bytes < 0 || bytes > SHA_BYTES + SUMMARY_BYTES_MAX + WalSealer.OVERHEAD_BYTES_MAX) {
      throw damaged(range, "its summary claims " + bytes + " bytes");
    }
    return bytes;
  }

  /// The summary; `prefix` reaches at least to its end.
  byte[] decodeSummary(WalRange range, byte[] prefix) {
    byte[] first = openSummary(range, prefix);
    return Arrays.copyOfRange(first, SHA_BYTES, first.length);
  }

  /// The WAL of a whole object.
  byte[] decode(WalRange range, byte[] object) {
    byte[] digest = Arrays.copyOf(openSummary(range, object), SHA_BYTES);
    int at = HEADER_BYTES + sealedSummaryBytes(range, object);
    byte[] wal = new byte[range.length()];
    for (int frame = 0; frame < frames(range); frame++) {
      if (object.length - at < 4) {
        throw damaged(range, "it ends early");
      }
      int length = ByteBuffer.wrap(object).getInt(at);
      at += 4;
      if (length < 0 || length > object.length - at) {
        throw damaged(range, "it ends early");
      }
      int plainBytes = frameBytes(range, frame);
      byte[] plain =
          sealer.open(
              FRAME,
              frameContext(range, digest, frame),
              Arrays.copyOfRange(object, at, at + length),
              FRAME_HEADER_BYTES + plainBytes);
      decodeFrame(range, plain, wal, frame * FRAME_BYTES, plainBytes);
      at += length;
    }
    if (at != object.length) {
      throw damaged(range, (object.length - at) + " bytes too many");
    }
    if (!Arrays.equals(digest, sha256(wal, 0, wal.length))) {
      throw damaged(range, "its WAL is not what its summary was made from");
    }
    return wal;
  }

  private byte[] openSummary(WalRange range, byte[] prefix) {
    int bytes = sealedSummaryBytes(range, prefix);
    if (bytes > prefix.length - HEADER_BYTES) {
      throw damaged(range, "it ends early");
    }
    byte[] first =
        sealer.open(
            SUMMARY,
            summaryContext(range),
            Arrays.copyOfRange(prefix, HEADER_BYTES, HEADER_BYTES + bytes),
            SHA_BYTES + SUMMARY_BYTES_MAX);
    if (first.length < SHA_BYTES) {
      throw damaged(range, "its summary is too short");
    }
    return first;
  }

  /// Codec, plain length, then what is shorter: the bytes compressed or as they are.
  private static byte[] encodeFrame(byte[] wal, int offset, int length) {
    byte[] frame = new byte[FRAME_HEADER_BYTES + (int) Zstd.compressBound(length)];
    long compressed =
        Zstd.compressByteArray(
            frame,
            FRAME_HEADER_BYTES,
            frame.length - FRAME_HEADER_BYTES,
            wal,
            offset,
            length,
            ZSTD_LEVEL);
    boolean smaller = !Zstd.isError(compressed) && compressed < length;
    if (!smaller) {
      System.arraycopy(wal, offset, frame, FRAME_HEADER_BYTES, length);
    }
    ByteBuffer.wrap(frame).put((byte) (smaller ? ZSTD : RAW)).putInt(length);
    return Arrays.copyOf(frame, FRAME_HEADER_BYTES + (smaller ? (int) compressed : length));
  }

  private static void decodeFrame(
      WalRange range, byte[] frame, byte[] target, int offset, int length) {
    if (frame.length < FRAME_HEADER_BYTES || ByteBuffer.wrap(frame).getInt(1) != length) {
      throw damaged(range, "a frame has another length");
    }
    int stored = frame.length - FRAME_HEADER_BYTES;
    switch (frame[0]) {
      case RAW -> {
        if (stored != length) {
          throw damaged(range, "a frame has another length");
        }
        System.arraycopy(frame, FRAME_HEADER_BYTES, target, offset, length);
      }
      case ZSTD -> {
        long plain;
        try {
          plain =
              Zstd.decompressByteArray(target, offset, length, frame, FRAME_HEADER_BYTES, stored);
        } catch (ZstdException e) {
          throw CorruptRepositoryException.damaged("WAL " + range + ": a frame is damaged", e);
        }
        if (plain != length) {
          throw damaged(range, "a frame cannot be decompressed");
        }
      }
      default -> throw damaged(range, "codec " + frame[0] + " is not known here");
    }
  }

  private static int frames(WalRange range) {
    return (range.length() + FRAME_BYTES - 1) / FRAME_BYTES;
  }

  private static int frameBytes(WalRange range, int frame) {
    return Math.min(FRAME_BYTES, range.length() - frame * FRAME_BYTES);
  }

  private byte[] summaryContext(WalRange range) {
    return context(range, 4).putInt(-1).array();
  }

  private byte[] frameContext(WalRange range, byte[] digest, int frame) {
    return context(range, 4 + SHA_BYTES).putInt(frame).put(digest).array();
  }

  private ByteBuffer context(WalRange range, int more) {
    byte[] name = lineage.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(name.length + 20 + more)
        .put(name)
        .putInt(range.timeline())
        .putLong(range.start())
        .putLong(range.end());
  }

  static byte[] sha256(byte[] bytes, int offset, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, offset, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CorruptRepositoryException damaged(WalRange range, String why) {
    return CorruptRepositoryException.damaged("WAL " + range + ": " + why);
  }
}
