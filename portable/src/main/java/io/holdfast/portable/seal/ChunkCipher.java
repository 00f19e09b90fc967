package io.holdfast.portable.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM of numbered chunks. *Confined* to one thread.
final class ChunkCipher {
  static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int STEP_BYTES = 4096;

  /// Where a chunk stands; part of its nonce.
  enum Place {
    INNER((byte) 0),
    LAST((byte) 1);

    private final byte flag;

    Place(byte flag) {
      this.flag = flag;
    }
  }

  private final SecretKeySpec key;
  private final byte[] context;
  private final Cipher gcm;

  /// @param context bound to each chunk; not copied
  ChunkCipher(byte[] key, byte[] context) {
    this.key = new SecretKeySpec(key, "AES");
    this.context = context;
    try {
      gcm = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java lacks AES-GCM", e);
    }
  }

  /// Encrypts the first `length` bytes of `plain` into `sealed`, which has room for the tag too.
  ///
  /// @return bytes written
  int seal(long index, Place place, byte[] plain, int length, byte[] sealed) {
    try {
      gcm.init(Cipher.ENCRYPT_MODE, key, nonce(index, place));
      gcm.updateAAD(context);
      int done = 0;
      int written = 0;
      // In small steps: a fresh Java machine compiles the cipher's loop sooner that way.
      for (; length - done > STEP_BYTES; done += STEP_BYTES) {
        written += gcm.update(plain, done, STEP_BYTES, sealed, written);
      }
      return written + gcm.doFinal(plain, done, length - done, sealed, written);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The plain bytes; empty if this is not the chunk that was sealed at this place.
  Optional<byte[]> open(long index, Place place, byte[] sealed, int length) {
    try {
      gcm.init(Cipher.DECRYPT_MODE, key, nonce(index, place));
      gcm.updateAAD(context);
      return Optional.of(gcm.doFinal(sealed, 0, length));
    } catch (AEADBadTagException _) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static GCMParameterSpec nonce(long index, Place place) {
    byte[] nonce =
        ByteBuffer.allocate(NONCE_BYTES).putLong(index).put(NONCE_BYTES - 1, place.flag).array();
    return new GCMParameterSpec(8 * TAG_BYTES, nonce);
  }
}
