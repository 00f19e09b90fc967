package io.holdfast.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdException;

/// Encodes a chunk as the difference to another one, its prefix: a zstd frame whose dictionary are
/// the prefix's bytes as they are. *Confined.*
final class DifferenceEncoder implements AutoCloseable {
  /// A difference of less than this part of the chunk is taken without asking what the chunk would
  /// be by itself: `1 / 32`.
  static final int SURELY_SHORT = 32;

  private static final int LEVEL = 3;

  /// The fastest strategy of zstd: what equals the prefix is found by it as well.
  private static final int STRATEGY_FAST = 1;

  /// A place for each third position of a chunk of the usual size; with what level 1 has, most of
  /// the prefix would be forgotten.
  private static final int HASH_LOG_MIN = 18;

  /// With less, zstd leaves out the beginning of the longest chunks.
  private static final int HASH_LOG_MAX = 21;

  private static final int WINDOW_LOG_MIN = 18;

  private final ZstdCompressCtx zstd = new ZstdCompressCtx();
  private byte[] encoded = new byte[0];

  /// Puts the difference into [#encoded] and returns its length.
  int encode(byte[] prefix, byte[] bytes, int offset, int length) {
    int bound = Math.toIntExact(Zstd.compressBound(length));
    if (encoded.length < bound) {
      encoded = new byte[bound];
    }
    int windowLog = log2(prefix.length + length);
    zstd.reset();
    zstd.setLevel(LEVEL)
        .setChecksum(false)
        .setDictID(false)
        .setContentSize(true)
        .setStrategy(STRATEGY_FAST)
        .setHashLog(Math.clamp(log2(prefix.length), HASH_LOG_MIN, HASH_LOG_MAX))
        .setWindowLog(Math.max(windowLog, WINDOW_LOG_MIN))
        .loadDict(prefix, ZstdDictContentType.RAW_CONTENT);
    return zstd.compressByteArray(encoded, 0, bound, bytes, offset, length);
  }

  byte[] encoded() {
    return encoded;
  }

  /// The bytes of a chunk from its difference.
  ///
  /// @param plainLength checked by the caller
  /// @param where for messages
  static byte[] decode(
      byte[] prefix, byte[] bytes, int offset, int length, int plainLength, String where) {
    byte[] plain = new byte[plainLength];
    try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
      zstd.loadDict(prefix, ZstdDictContentType.RAW_CONTENT);
      int decoded = zstd.decompressByteArray(plain, 0, plainLength, bytes, offset, length);
      if (decoded != plainLength) {
        throw CorruptRepositoryException.damaged(where + " does not decompress to its length");
      }
      return plain;
    } catch (ZstdException e) {
      throw CorruptRepositoryException.damaged(where + " does not decompress", e);
    }
  }

  /// Rounded up.
  private static int log2(int number) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, number - 1));
  }

  @Override
  public void close() {
    zstd.close();
  }
}
