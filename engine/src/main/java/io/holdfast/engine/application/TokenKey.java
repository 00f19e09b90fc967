package io.holdfast.engine.application;

import io.holdfast.base.BackupException;
import io.holdfast.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;

/// What the tokens of an application are checked with. No text of it shows any of it.
public sealed interface TokenKey {
  /// Which it is: `secret`, `RSA`, `EC` or `Ed25519`.
  String kind();

  /// A secret that the application signs with too, as the bytes of its text in UTF-8.
  record Shared(Secret secret) implements TokenKey {
    static final int BYTES_MIN = 32;

    /// @throws BackupException `BAD_CONFIGURATION` if it is so short that it could be guessed
    public Shared {
      int bytes = secret.expose().getBytes(StandardCharsets.UTF_8).length;
      if (bytes < BYTES_MIN) {
        throw KeyText.bad(
            "the secret has %d bytes and needs at least %d (make one by: openssl rand -hex 32)"
                .formatted(bytes, BYTES_MIN),
            "Make a new one, and give it to the application too.");
      }
    }

    @Override
    public String kind() {
      return "secret";
    }
  }

  /// The public half of the pair that the application signs with.
  record Verifying(PublicKey key) implements TokenKey {
    /// @throws BackupException `BAD_CONFIGURATION` unless it is of RSA with 2048 bits or more, of
    ///   EC on P-256, P-384 or P-521, or of Ed25519
    public Verifying {
      PublicKeys.require(key);
    }

    @Override
    public String kind() {
      return PublicKeys.kind(key);
    }

    @Override
    public String toString() {
      return "Verifying[" + kind() + "]";
    }
  }

  /// A public key in PEM, or else a shared secret. Blanks and line ends around it are no part of
  /// it.
  ///
  /// @throws BackupException `BAD_CONFIGURATION`; also for what would only be taken for a secret by
  ///   mistake, such as a public key in another format
  static TokenKey parse(Secret text) {
    return KeyText.read(text);
  }
}
