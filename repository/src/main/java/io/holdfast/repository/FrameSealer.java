package io.holdfast.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.holdfast.base.Entropy;
import io.holdfast.repository.crypto.CryptoKit;

/// Compresses and encrypts one chunk after the other in one buffer that is used again. *Confined*
/// to the thread that took it from the pool.
///
/// A frame is `nonce 12 ‖ AES-256-GCM(codec u8 ‖ plain length u32 ‖ content) ‖ tag 16`.
final class FrameSealer implements AutoCloseable {
  static final int CODEC_RAW = 0;
  static final int CODEC_ZSTD = 1;
  static final int CODEC_DIFFERENCE = 2;
  static final int PAYLOAD_HEADER_BYTES = 5;
  static final int OVERHEAD_BYTES =
      CryptoKit.NONCE_BYTES + PAYLOAD_HEADER_BYTES + CryptoKit.TAG_BYTES;

  /// The longest frame: the largest chunk, stored raw.
  static final int FRAME_BYTES_MAX = ChunkWriter.CHUNK_BYTES_MAX + OVERHEAD_BYTES;

  private static final byte[] CHUNK = CryptoKit.ascii("chunk");
  private static final int CONTENT_AT = CryptoKit.NONCE_BYTES + PAYLOAD_HEADER_BYTES;

  private final Entropy entropy;
  private final ZstdCompressCtx zstd;
  private final DifferenceEncoder differences = new DifferenceEncoder();
  private final byte[] nonce = new byte[CryptoKit.NONCE_BYTES];
  private byte[] frame = new byte[64 << 10];
  private int codec;

  FrameSealer(Entropy entropy, int zstdLevel) {
    this.entropy = entropy;
    this.zstd = new ZstdCompressCtx();
    this.zstd.setLevel(zstdLevel);
    this.zstd.setChecksum(false);
  }

  static byte[] frameKey(byte[] packingKey, ChunkId id) {
    byte[] idBytes = new byte[ChunkId.BYTES];
    id.copyTo(idBytes, 0);
    return CryptoKit.hmac(packingKey, CHUNK, idBytes);
  }

  /// A frame of what another one held, under the newest keys.
  ///
  /// @param payload codec, plain length, content, as [FrameOpener#decrypt] gives it
  static byte[] sealAnew(
      Domain domain, ChunkType type, ChunkId id, byte[] payload, Entropy entropy) {
    byte[] sealed = new byte[CryptoKit.NONCE_BYTES + payload.length + CryptoKit.TAG_BYTES];
    byte[] nonce = entropy.bytes(CryptoKit.NONCE_BYTES);
    System.arraycopy(nonce, 0, sealed, 0, nonce.length);
    System.arraycopy(payload, 0, sealed, nonce.length, payload.length);
    CryptoKit.encryptInPlace(
        frameKey(packingKey(domain, type), id),
        nonce,
        domain.frameContext(type, id),
        sealed,
        CryptoKit.NONCE_BYTES,
        payload.length);
    return sealed;
  }

  private static byte[] packingKey(Domain domain, ChunkType type) {
    return switch (type.packing()) {
      case DATA -> domain.current().data;
      case METADATA -> domain.current().meta;
    };
  }

  /// Makes the frame of a chunk in [#frame] and returns its length.
  int seal(Domain domain, ChunkType type, ChunkId id, byte[] bytes, int offset, int length) {
    return encrypt(domain, type, id, length, compress(bytes, offset, length));
  }

  /// As [#seal], for a chunk of type STREAM, as the difference to another one if that is much
  /// shorter; see [#isDifference].
  int seal(
      Domain domain, ChunkId id, byte[] bytes, int offset, int length, PrefixSource.Prefix prefix) {
    int difference = differences.encode(prefix.bytes(), bytes, offset, length);
    if (difference > length / DifferenceEncoder.SURELY_SHORT) {
      int whole = compress(bytes, offset, length);
      if (!prefix.isWorth(difference, whole)) {
        return encrypt(domain, ChunkType.STREAM, id, length, whole);
      }
    }
    int content = ChunkId.BYTES + difference;
    reserve(content);
    prefix.id().copyTo(frame, CONTENT_AT);
    System.arraycopy(differences.encoded(), 0, frame, CONTENT_AT + ChunkId.BYTES, difference);
    codec = CODEC_DIFFERENCE;
    return encrypt(domain, ChunkType.STREAM, id, length, content);
  }

  /// True if the frame that was made last is one.
  boolean isDifference() {
    return codec == CODEC_DIFFERENCE;
  }

  /// Puts the content of a whole chunk into the frame; its length.
  private int compress(byte[] bytes, int offset, int length) {
    int bound = Math.max(length, Math.toIntExact(Zstd.compressBound(length)));
    reserve(bound);
    int content = zstd.compressByteArray(frame, CONTENT_AT, bound, bytes, offset, length);
    codec = CODEC_ZSTD;
    if (content >= length - length / 64) {
      System.arraycopy(bytes, offset, frame, CONTENT_AT, length);
      content = length;
      codec = CODEC_RAW;
    }
    return content;
  }

  private void reserve(int content) {
    if (frame.length < content + OVERHEAD_BYTES) {
      frame = new byte[content + OVERHEAD_BYTES];
    }
  }

  private int encrypt(Domain domain, ChunkType type, ChunkId id, int length, int content) {
    entropy.fill(nonce);
    System.arraycopy(nonce, 0, frame, 0, nonce.length);
    frame[CryptoKit.NONCE_BYTES] = (byte) codec;
    System.arraycopy(CryptoKit.be32(length), 0, frame, CryptoKit.NONCE_BYTES + 1, 4);
    CryptoKit.encryptInPlace(
        frameKey(packingKey(domain, type), id),
        nonce,
        domain.frameContext(type, id),
        frame,
        CryptoKit.NONCE_BYTES,
        PAYLOAD_HEADER_BYTES + content);
    return content + OVERHEAD_BYTES;
  }

  byte[] frame() {
    return frame;
  }

  @Override
  public void close() {
    differences.close();
    zstd.close();
  }
}
