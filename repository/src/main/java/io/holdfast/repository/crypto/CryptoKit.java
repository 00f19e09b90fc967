package io.holdfast.repository.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM, HMAC-SHA256, SHA-256 and HKDF of the JDK on byte arrays, with the engines pooled.
/// One kit is *confined* to the thread that took it; the static methods may be called from any.
public final class CryptoKit {
  public static final int KEY_BYTES = 32;
  public static final int NONCE_BYTES = 12;
  public static final int TAG_BYTES = 16;
  private static final int STEP_BYTES = 4096;

  private static final Pool<CryptoKit> POOL = new Pool<>(CryptoKit::new);

  private final Cipher gcm;
  private final Mac hmac;
  private final MessageDigest sha256;

  private CryptoKit() {
    try {
      gcm = Cipher.getInstance("AES/GCM/NoPadding");
      hmac = Mac.getInstance("HmacSHA256");
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java lacks AES-GCM or SHA-256", e);
    }
  }

  /// HMAC-SHA256 of the parts one after the other.
  public static byte[] hmac(byte[] key, byte[]... parts) {
    CryptoKit kit = POOL.take();
    try {
      kit.hmac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (byte[] part : parts) {
        kit.hmac.update(part);
      }
      return kit.hmac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      POOL.give(kit);
    }
  }

  /// HMAC-SHA256 of `first` and then a range.
  public static byte[] hmac(byte[] key, byte[] first, byte[] bytes, int offset, int length) {
    CryptoKit kit = POOL.take();
    try {
      kit.hmac.init(new SecretKeySpec(key, "HmacSHA256"));
      kit.hmac.update(first);
      kit.hmac.update(bytes, offset, length);
      return kit.hmac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      POOL.give(kit);
    }
  }

  public static byte[] sha256(byte[] bytes, int offset, int length) {
    CryptoKit kit = POOL.take();
    try {
      kit.sha256.update(bytes, offset, length);
      return kit.sha256.digest();
    } finally {
      POOL.give(kit);
    }
  }

  /// HKDF-SHA256 (RFC 5869), 32 bytes.
  public static byte[] hkdf(byte[] inputKey, byte[] salt, String info) {
    try {
      KDF kdf = KDF.getInstance("HKDF-SHA256");
      return kdf.deriveData(
          HKDFParameterSpec.ofExtract()
              .addIKM(inputKey)
              .addSalt(salt)
              .thenExpand(info.getBytes(StandardCharsets.US_ASCII), KEY_BYTES));
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Encrypts a range in place; the tag follows it. The caller never uses a key and nonce twice.
  public static void encryptInPlace(
      byte[] key, byte[] nonce, byte[] context, byte[] bytes, int offset, int length) {
    CryptoKit kit = POOL.take();
    try {
      kit.gcm.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
      kit.gcm.updateAAD(context);
      int done = 0;
      // Fed in small steps, because a fresh Java machine compiles the cipher's loop sooner that
      // way: the first
      // hundred megabytes of a process are sealed several times as fast (docs/adr/0003).
      for (; length - done > STEP_BYTES; done += STEP_BYTES) {
        kit.gcm.update(bytes, offset + done, STEP_BYTES, bytes, offset + done);
      }
      kit.gcm.doFinal(bytes, offset + done, length - done, bytes, offset + done);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      POOL.give(kit);
    }
  }

  /// Decrypts ciphertext and tag; empty if they are not what was encrypted.
  public static Optional<byte[]> decrypt(
      byte[] key, byte[] nonce, byte[] context, byte[] bytes, int offset, int length) {
    if (length < TAG_BYTES) {
      return Optional.empty();
    }
    CryptoKit kit = POOL.take();
    try {
      kit.gcm.init(
          Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
      kit.gcm.updateAAD(context);
      return Optional.of(kit.gcm.doFinal(bytes, offset, length));
    } catch (AEADBadTagException _) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      POOL.give(kit);
    }
  }

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  public static byte[] be32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }
}
