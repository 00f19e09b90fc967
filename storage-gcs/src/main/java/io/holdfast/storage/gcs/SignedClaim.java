package io.holdfast.storage.gcs;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// What a service account says of itself to get a token, signed with its key (a JWT by RS256).
final class SignedClaim {
  private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
  private static final Duration LIFETIME = Duration.ofHours(1);

  private final String account;
  private final String keyId;
  private final PrivateKey key;

  private SignedClaim(String account, String keyId, PrivateKey key) {
    this.account = account;
    this.keyId = keyId;
    this.key = key;
  }

  /// Empty if there is no account, or no RSA key in the PEM text.
  static Optional<SignedClaim> of(String account, String keyId, String pem) {
    if (!account.matches("[A-Za-z0-9._@+-]{3,256}") || !keyId.matches("[A-Za-z0-9_-]{0,256}")) {
      return Optional.empty();
    }
    String base64 = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    try {
      PrivateKey key =
          KeyFactory.getInstance("RSA")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
      return Optional.of(new SignedClaim(account, keyId, key));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      // their messages may quote the key
      return Optional.empty();
    }
  }

  /// The claim for one hour.
  String text(String audience, Instant now) {
    String header =
        "{\"alg\":\"RS256\",\"typ\":\"JWT\""
            + (keyId.isEmpty() ? "" : ",\"kid\":\"" + keyId + "\"")
            + "}";
    String claim =
        String.format(
            Locale.ROOT,
            "{\"iss\":\"%s\",\"scope\":\"%s\",\"aud\":\"%s\",\"iat\":%d,\"exp\":%d}",
            account,
            SCOPE,
            audience.replace("\\", "").replace("\"", ""),
            now.getEpochSecond(),
            now.plus(LIFETIME).getEpochSecond());
    String signed = encoded(header) + "." + encoded(claim);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java signs with RSA", e);
    }
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
