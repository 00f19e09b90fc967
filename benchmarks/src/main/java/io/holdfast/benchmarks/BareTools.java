package io.holdfast.benchmarks;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The functions that a backup cannot do without, with their engines made once. *Confined.*
final class BareTools implements AutoCloseable {
  static final int TAG_BYTES = 16;

  /// Pieces of files are this long on average, and of the first part of each no sum is made.
  private static final int PIECE_BYTES = 192 << 10;

  private static final int SKIPPED_BYTES = 64 << 10;
  private static final int WARM_BYTES = 16 << 10;
  private static final int WARM_ROUNDS = 8_192;
  private static final SecretKeySpec KEY = new SecretKeySpec(new byte[32], "AES");

  private final ZstdCompressCtx zstd = new ZstdCompressCtx();
  private final MessageDigest sha256;
  private final Mac hmac;
  private final Cipher cipher;
  private final long[] table = new long[256];
  private long nonces;

  BareTools(int zstdLevel) {
    zstd.setLevel(zstdLevel);
    zstd.setChecksum(false);
    for (int i = 0; i < table.length; i++) {
      table[i] = (i + 1) * 0x9e3779b97f4a7c15L;
    }
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
      hmac = Mac.getInstance("HmacSHA256");
      hmac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The cipher is fast only when it has been compiled, which long messages put off.
  void warmCipher() {
    byte[] message = new byte[WARM_BYTES + TAG_BYTES];
    for (int i = 0; i < WARM_ROUNDS; i++) {
      seal(message, WARM_BYTES);
      open(message, WARM_BYTES + TAG_BYTES, nonces);
    }
  }

  byte[] sha256(byte[] bytes) {
    return sha256.digest(bytes);
  }

  byte[] hmac(byte[] bytes, int offset, int length) {
    hmac.update(bytes, offset, length);
    return hmac.doFinal();
  }

  /// The rolling sum over all bytes of which a cutter needs it, without looking at it.
  long gear(byte[] bytes) {
    long all = 0;
    for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
      all += gear(bytes, from, Math.min(bytes.length, from + PIECE_BYTES));
    }
    return all;
  }

  private long gear(byte[] bytes, int from, int end) {
    long sum = 0;
    for (int at = from + SKIPPED_BYTES; at < end; at++) {
      sum = (sum << 1) + table[bytes[at] & 0xff];
    }
    return sum;
  }

  /// Length of the result, which is in `target`.
  int compress(byte[] bytes, int offset, int length, byte[] target) {
    return zstd.compressByteArray(target, 0, target.length, bytes, offset, length);
  }

  /// Encrypts in place; the tag follows. Returns the number of the nonce.
  long seal(byte[] bytes, int length) {
    try {
      nonces++;
      cipher.init(Cipher.ENCRYPT_MODE, KEY, new GCMParameterSpec(8 * TAG_BYTES, nonce(nonces)));
      cipher.doFinal(bytes, 0, length, bytes, 0);
      return nonces;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] open(byte[] sealed, int length, long nonce) {
    try {
      cipher.init(Cipher.DECRYPT_MODE, KEY, new GCMParameterSpec(8 * TAG_BYTES, nonce(nonce)));
      return cipher.doFinal(sealed, 0, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] decompress(byte[] compressed, byte[] plain) {
    long length =
        Zstd.decompressByteArray(plain, 0, plain.length, compressed, 0, compressed.length);
    if (length != plain.length) {
      throw new IllegalStateException("decompressed to " + length + " bytes");
    }
    return plain;
  }

  private static byte[] nonce(long number) {
    return ByteBuffer.allocate(12).putLong(4, number).array();
  }

  @Override
  public void close() {
    zstd.close();
  }
}
