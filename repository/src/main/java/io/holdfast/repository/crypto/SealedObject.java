package io.holdfast.repository.crypto;

import io.holdfast.base.Entropy;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.codec.RecordReader;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The envelope of everything that is encrypted and is not a chunk: `"HFS1" ‖ key version u32 ‖
/// salt 32 ‖ ciphertext and tag ‖ commitment 32`. Each object has its own key, made from the salt;
/// the commitment binds it to exactly one key and context.
public final class SealedObject {
  public static final int SALT_BYTES = 32;
  public static final int HEADER_BYTES = 8 + SALT_BYTES;

  /// How much longer an object is than its plain bytes.
  public static final int OVERHEAD_BYTES = HEADER_BYTES + CryptoKit.TAG_BYTES + 32;

  private static final byte[] MAGIC = CryptoKit.ascii("HFS1");
  private static final byte[] NONCE = new byte[CryptoKit.NONCE_BYTES];

  private SealedObject() {}

  /// @param purpose what kind of object this is; separates keys
  /// @param context what the object is bound to; must be given again to open it
  public static byte[] seal(
      Entropy entropy,
      int keyVersion,
      byte[] key,
      String purpose,
      byte[] context,
      byte[] plain,
      int offset,
      int length) {
    byte[] object = new byte[length + OVERHEAD_BYTES];
    sealInto(entropy, keyVersion, key, purpose, context, plain, offset, length, object, 0);
    return object;
  }

  /// As [#seal], writing to `target` at `at`.
  public static void sealInto(
      Entropy entropy,
      int keyVersion,
      byte[] key,
      String purpose,
      byte[] context,
      byte[] plain,
      int offset,
      int length,
      byte[] target,
      int at) {
    byte[] salt = entropy.bytes(SALT_BYTES);
    System.arraycopy(MAGIC, 0, target, at, 4);
    System.arraycopy(CryptoKit.be32(keyVersion), 0, target, at + 4, 4);
    System.arraycopy(salt, 0, target, at + 8, SALT_BYTES);
    byte[] header = Arrays.copyOfRange(target, at, at + HEADER_BYTES);
    System.arraycopy(plain, offset, target, at + HEADER_BYTES, length);
    CryptoKit.encryptInPlace(
        subkey(key, "seal", purpose, salt),
        NONCE,
        concat(header, context),
        target,
        at + HEADER_BYTES,
        length);
    int sealed = HEADER_BYTES + length + CryptoKit.TAG_BYTES;
    byte[] commitment = commitment(key, purpose, salt, context, target, at, sealed);
    System.arraycopy(commitment, 0, target, at + sealed, commitment.length);
  }

  /// @param keys gives the key of a version, or null if there is none
  /// @param what the object's name for messages
  public static byte[] open(
      IntFunction<byte @Nullable []> keys,
      String purpose,
      byte[] context,
      byte[] object,
      int offset,
      int length,
      int plainBytesMax,
      String what) {
    if (length < OVERHEAD_BYTES || length - OVERHEAD_BYTES > plainBytesMax) {
      throw CorruptRepositoryException.damaged(
          what + " has " + length + " bytes, which cannot be right");
    }
    RecordReader header = new RecordReader(object, offset, HEADER_BYTES, what);
    header.expect(MAGIC);
    int version = header.u32();
    byte[] salt = header.raw(SALT_BYTES);
    byte[] key = keys.apply(version);
    if (key == null) {
      throw CorruptRepositoryException.damaged(
          what + " names key version " + version + ", which is not there");
    }
    int sealed = length - 32;
    byte[] expected = commitment(key, purpose, salt, context, object, offset, sealed);
    if (!constantTimeEquals(expected, object, offset + sealed)) {
      throw CorruptRepositoryException.damaged(what + " is not what was written");
    }
    return CryptoKit.decrypt(
            subkey(key, "seal", purpose, salt),
            NONCE,
            concat(Arrays.copyOfRange(object, offset, offset + HEADER_BYTES), context),
            object,
            offset + HEADER_BYTES,
            sealed - HEADER_BYTES)
        .orElseThrow(() -> CorruptRepositoryException.damaged(what + " is not what was written"));
  }

  public static boolean constantTimeEquals(byte[] expected, byte[] bytes, int offset) {
    return java.security.MessageDigest.isEqual(
        expected, Arrays.copyOfRange(bytes, offset, offset + expected.length));
  }

  private static byte[] commitment(
      byte[] key, String purpose, byte[] salt, byte[] context, byte[] bytes, int at, int length) {
    byte[] contextWithLength = concat(CryptoKit.be32(context.length), context);
    return CryptoKit.hmac(
        subkey(key, "commit", purpose, salt), contextWithLength, bytes, at, length);
  }

  private static byte[] subkey(byte[] key, String use, String purpose, byte[] salt) {
    return CryptoKit.hmac(key, CryptoKit.ascii(use + "\0" + purpose + "\0"), salt);
  }

  public static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] result = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, result, at, part.length);
      at += part.length;
    }
    return result;
  }
}
