package io.holdfast.repository.wal;

import io.holdfast.repository.CorruptRepositoryException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM under a fixed key, with a counter as nonce.
final class TestSealer implements WalSealer {
  private final SecretKeySpec key;
  private final AtomicInteger nonces = new AtomicInteger();

  TestSealer(int number) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) number);
    this.key = new SecretKeySpec(bytes, "AES");
  }

  @Override
  public byte[] seal(String purpose, byte[] context, byte[] plain, int offset, int length) {
    byte[] nonce = ByteBuffer.allocate(12).putInt(nonces.incrementAndGet()).array();
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, nonce, purpose, context).doFinal(plain, offset, length);
      return ByteBuffer.allocate(12 + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax) {
    if (sealed.length < 28 || sealed.length - 28 > bytesMax) {
      throw CorruptRepositoryException.damaged("sealed bytes of a bad length");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, 12), purpose, context)
          .doFinal(sealed, 12, sealed.length - 12);
    } catch (GeneralSecurityException e) {
      throw CorruptRepositoryException.damaged("sealed bytes do not open", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose, byte[] context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(128, nonce));
    cipher.updateAAD((purpose + "\n").getBytes(StandardCharsets.UTF_8));
    cipher.updateAAD(context);
    return cipher;
  }

  @Override
  public int overheadBytes() {
    return 12 + 16;
  }

  @Override
  public String pseudonym(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      byte[] full = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(full, 0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
