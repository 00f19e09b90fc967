package io.holdfast.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.crypto.CryptoKit;
import java.util.Arrays;

/// Decrypts and decompresses frames. May be used from several threads.
final class FrameOpener {
  private FrameOpener() {}

  /// The plain bytes of a frame that depends on no other chunk.
  ///
  /// @param bytesMax checked before anything is allocated for them
  /// @param where the frame's place, for messages
  static byte[] open(
      Domain domain,
      int keyVersion,
      ChunkType type,
      ChunkId id,
      byte[] bytes,
      int offset,
      int length,
      int bytesMax,
      String where) {
    byte[] payload = decrypt(domain, keyVersion, type, id, bytes, offset, length, where);
    RecordReader in = new RecordReader(payload, where);
    int codec = in.u8();
    int plainLength = in.count(bytesMax);
    return switch (codec) {
      case FrameSealer.CODEC_RAW -> raw(in, payload, plainLength);
      case FrameSealer.CODEC_ZSTD -> decompress(payload, plainLength, where);
      case FrameSealer.CODEC_DIFFERENCE ->
          throw in.damaged("is a difference, though it must depend on no other chunk");
      default -> throw in.damaged("has an unknown codec");
    };
  }

  /// The plain bytes of a frame that is the difference to another chunk.
  ///
  /// @param prefix which chunk that is by the table
  /// @param prefixBytes its plain bytes
  static byte[] openDifference(
      Domain domain,
      int keyVersion,
      ChunkId id,
      byte[] bytes,
      int offset,
      int length,
      int bytesMax,
      ChunkId prefix,
      byte[] prefixBytes,
      String where) {
    byte[] payload =
        requireDifference(domain, keyVersion, id, bytes, offset, length, prefix, where);
    int plainLength = new RecordReader(payload, 1, 4, where).count(bytesMax);
    int at = FrameSealer.PAYLOAD_HEADER_BYTES + ChunkId.BYTES;
    return DifferenceEncoder.decode(
        prefixBytes, payload, at, payload.length - at, plainLength, where);
  }

  /// Decrypts a frame that is the difference to another chunk, which is not there.
  static byte[] requireDifference(
      Domain domain,
      int keyVersion,
      ChunkId id,
      byte[] bytes,
      int offset,
      int length,
      ChunkId prefix,
      String where) {
    byte[] payload =
        decrypt(domain, keyVersion, ChunkType.STREAM, id, bytes, offset, length, where);
    RecordReader in = new RecordReader(payload, where);
    if (in.u8() != FrameSealer.CODEC_DIFFERENCE) {
      throw in.damaged("is no difference, though the table of its pack says so");
    }
    int plainLength = in.count(ChunkWriter.CHUNK_BYTES_MAX);
    if (!in.id().equals(prefix)) {
      throw in.damaged(
          "of "
              + plainLength
              + " bytes is the difference to another chunk than the table of its pack says");
    }
    return payload;
  }

  /// What a frame holds, still compressed: codec, plain length, content.
  static byte[] decrypt(
      Domain domain,
      int keyVersion,
      ChunkType type,
      ChunkId id,
      byte[] bytes,
      int offset,
      int length,
      String where) {
    byte[] packingKey =
        switch (type.packing()) {
          case DATA -> domain.dataKey(keyVersion);
          case METADATA -> domain.metaKey(keyVersion);
        };
    if (packingKey == null) {
      throw CorruptRepositoryException.damaged(
          where + " names key version " + keyVersion + ", which is not there");
    }
    return CryptoKit.decrypt(
            FrameSealer.frameKey(packingKey, id),
            Arrays.copyOfRange(bytes, offset, offset + CryptoKit.NONCE_BYTES),
            domain.frameContext(type, id),
            bytes,
            offset + CryptoKit.NONCE_BYTES,
            length - CryptoKit.NONCE_BYTES)
        .orElseThrow(() -> CorruptRepositoryException.damaged(where + " is not what was written"));
  }

  private static byte[] raw(RecordReader in, byte[] payload, int plainLength) {
    if (in.remaining() != plainLength) {
      throw in.damaged("has a wrong length inside");
    }
    return Arrays.copyOfRange(payload, FrameSealer.PAYLOAD_HEADER_BYTES, payload.length);
  }

  private static byte[] decompress(byte[] payload, int plainLength, String where) {
    byte[] plain = new byte[plainLength];
    int header = FrameSealer.PAYLOAD_HEADER_BYTES;
    try {
      long length =
          Zstd.decompressByteArray(plain, 0, plainLength, payload, header, payload.length - header);
      if (Zstd.isError(length) || length != plainLength) {
        throw CorruptRepositoryException.damaged(where + " does not decompress to its length");
      }
      return plain;
    } catch (ZstdException e) {
      throw CorruptRepositoryException.damaged(where + " does not decompress", e);
    }
  }
}
