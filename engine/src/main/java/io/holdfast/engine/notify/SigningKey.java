package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a webhook is signed with: HMAC-SHA256, whose key sender and receiver share.
final class SigningKey {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String BASE64_PREFIX = "whsec_";
  private static final int BYTES_MIN = 16;
  private static final int BYTES_MAX = 1024;

  private final SecretKeySpec key;

  private SigningKey(SecretKeySpec key) {
    this.key = key;
  }

  /// `whsec_` and base64, or any text, which then is the key itself.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` if it is too short or too long
  static SigningKey parse(Secret text, String setting) {
    byte[] bytes = bytes(text.expose().strip(), setting);
    if (bytes.length < BYTES_MIN || bytes.length > BYTES_MAX) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          setting + " has " + bytes.length + " bytes",
          "Give %d to %d, for example what 'openssl rand -hex 32' prints."
              .formatted(BYTES_MIN, BYTES_MAX));
    }
    return new SigningKey(new SecretKeySpec(bytes, ALGORITHM));
  }

  private static byte[] bytes(String text, String setting) {
    if (!text.startsWith(BASE64_PREFIX)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(text.substring(BASE64_PREFIX.length()));
    } catch (IllegalArgumentException _) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "what follows whsec_ in " + setting + " is no base64",
          "Give the secret as it was made, or any text without that prefix.");
    }
  }

  /// In base64.
  String signatureOf(String signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return Base64.getEncoder()
          .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
