package io.holdfast.portable.seal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Keys out of keys and passphrases.
final class Kdf {
  static final int HASH_BYTES = 32;

  private Kdf() {}

  /// The cost of stretching a passphrase. What a file asks for is capped before it is spent.
  record Cost(int iterations, int memoryKib, int lanes) {
    static final Cost DEFAULT = new Cost(3, 64 << 10, 4);
    static final Cost NONE = new Cost(0, 0, 0);

    boolean isAcceptable() {
      return iterations >= 1
          && iterations <= 16
          && lanes >= 1
          && lanes <= 16
          && memoryKib >= 8 * lanes
          && memoryKib <= 256 << 10;
    }
  }

  /// 32 bytes that stand for `key` in the file with this salt. The caller wipes them.
  static byte[] input(SealKey key, byte[] salt, Cost cost) {
    return switch (key) {
      case SealKey.RawKey raw -> raw.key().expose().clone();
      case SealKey.Passphrase words -> {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
            new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withIterations(cost.iterations)
                .withMemoryAsKB(cost.memoryKib)
                .withParallelism(cost.lanes)
                .withSalt(salt)
                .build());
        byte[] result = new byte[SealKey.KEY_BYTES];
        String normal = Normalizer.normalize(words.text().expose(), Normalizer.Form.NFC);
        generator.generateBytes(normal.getBytes(StandardCharsets.UTF_8), result);
        yield result;
      }
    };
  }

  /// HKDF-SHA256, 32 bytes.
  static byte[] hkdf(byte[] input, byte[] salt, String info) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addIKM(input)
                  .addSalt(salt)
                  .thenExpand(info.getBytes(StandardCharsets.US_ASCII), SealKey.KEY_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// HMAC-SHA256 of the first `length` bytes.
  static byte[] hmac(byte[] key, byte[] bytes, int length) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(bytes, 0, length);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
