package io.holdfast.engine.application;

import io.holdfast.base.Secret;
import io.holdfast.repository.crypto.CryptoKit;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A secret text that somebody else may keep: only who has the key reads it. AES-256-GCM with a key
/// that HKDF makes of the given one, for its purpose.
public final class SealedNote {
  private static final byte[] NOTHING = {};

  /// A key seals one thing in its life, so the nonce is always the same.
  private static final byte[] NONCE = new byte[CryptoKit.NONCE_BYTES];

  private SealedNote() {}

  /// @param once 32 random bytes that seal nothing else, ever
  /// @param purpose in ASCII
  public static byte[] seal(byte[] once, String purpose, Secret text) {
    byte[] key = key(once, purpose);
    byte[] plain = text.expose().getBytes(StandardCharsets.UTF_8);
    byte[] sealed = Arrays.copyOf(plain, plain.length + CryptoKit.TAG_BYTES);
    CryptoKit.encryptInPlace(key, NONCE, NOTHING, sealed, 0, plain.length);
    Arrays.fill(plain, (byte) 0);
    Arrays.fill(key, (byte) 0);
    return sealed;
  }

  /// @throws IllegalStateException if that key did not seal it for that purpose, or it is damaged
  public static Secret open(byte[] once, String purpose, byte[] sealed) {
    byte[] key = key(once, purpose);
    byte[] plain =
        CryptoKit.decrypt(key, NONCE, NOTHING, sealed, 0, sealed.length)
            .orElseThrow(() -> new IllegalStateException("a sealed note is damaged"));
    Arrays.fill(key, (byte) 0);
    return new Secret(new String(plain, StandardCharsets.UTF_8));
  }

  private static byte[] key(byte[] once, String purpose) {
    if (once.length != CryptoKit.KEY_BYTES) {
      throw new IllegalArgumentException("a key of " + once.length + " bytes seals nothing");
    }
    return CryptoKit.hkdf(once, NOTHING, purpose);
  }
}
