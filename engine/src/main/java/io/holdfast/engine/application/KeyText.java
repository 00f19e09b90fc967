package io.holdfast.engine.application;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.security.PublicKey;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tells keys from secrets, by their text, and never repeats any of it. A public key that was taken
/// for a secret would let everybody sign who knows it, so whatever looks like one is no secret.
final class KeyText {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");
  private static final Pattern OF_SSH = Pattern.compile("(?s)(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA.*");
  private static final Pattern OF_JOSE = Pattern.compile("(?s)\\{.*\"(?:kty|keys)\".*");
  private static final String PUBLIC_KEY = "PUBLIC KEY";

  private KeyText() {}

  static TokenKey read(Secret given) {
    // In variables of one line, line ends of PEM are often written as \n.
    String text = given.expose().strip();
    if (text.contains("-----BEGIN")) {
      return new TokenKey.Verifying(publicKey(text.replace("\\n", "\n")));
    }
    requireSecret(text);
    return new TokenKey.Shared(new Secret(text));
  }

  private static PublicKey publicKey(String text) {
    if (text.contains("PRIVATE KEY-----")) {
      throw bad(
          "it is a private key, which belongs to the application alone"
              + " (its public half: openssl pkey -in FILE -pubout)",
          "Name the public half here, and change the pair if others have seen the private one.");
    }
    Matcher block = BLOCK.matcher(text);
    if (!block.find()) {
      throw bad(
          "its BEGIN line has no END line that belongs to it",
          "Copy the whole key, with both lines.");
    }
    String label = block.group(1);
    String body = block.group(2);
    if (block.find()) {
      throw bad("it holds several keys", "Keep the one that the application signs with.");
    }
    if (!label.equals(PUBLIC_KEY)) {
      throw otherLabel(label);
    }
    return decoded(body)
        .flatMap(PublicKeys::decode)
        .orElseThrow(
            () ->
                bad(
                    "it is PEM, but no public key of " + PublicKeys.KINDS,
                    "Make it from the private key: openssl pkey -in FILE -pubout."));
  }

  private static BackupException otherLabel(String label) {
    String command =
        switch (label) {
          case "RSA PUBLIC KEY" -> " (make one of it by: openssl rsa -RSAPublicKey_in -pubout)";
          case "CERTIFICATE" -> " (take it out by: openssl x509 -pubkey -noout)";
          default -> "";
        };
    return bad(
        "it is PEM without the line BEGIN " + PUBLIC_KEY + command,
        "Give the public key as openssl pkey -pubout prints it.");
  }

  private static void requireSecret(String text) {
    if (OF_SSH.matcher(text).matches()) {
      throw bad(
          "it is a public key in the format of OpenSSH"
              + " (as PEM: ssh-keygen -e -m PKCS8 -f FILE)",
          "Give it as PEM.");
    }
    if (OF_JOSE.matcher(text).matches()) {
      throw bad("it is a JSON Web Key", "Give a public key as PEM, or the secret itself.");
    }
    if (text.lines().count() > 1) {
      throw bad(
          "it is neither PEM nor a secret, which is one line",
          "Give a public key with its lines BEGIN and END, or a secret.");
    }
    if (decoded(text).flatMap(PublicKeys::decode).isPresent()) {
      throw bad(
          "it is a public key without its lines BEGIN " + PUBLIC_KEY + " and END " + PUBLIC_KEY,
          "Give it as openssl pkey -pubout prints it.");
    }
  }

  private static Optional<byte[]> decoded(String base64) {
    try {
      return Optional.of(Base64.getDecoder().decode(base64.replaceAll("\\s", "")));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_CONFIGURATION, what, hint);
  }
}
