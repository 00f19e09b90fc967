package io.holdfast.engine.application;

import io.holdfast.base.BackupException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.InvalidParameterSpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Optional;

/// Which public keys tokens are checked with.
final class PublicKeys {
  static final String KINDS = "RSA, EC (P-256, P-384, P-521) or Ed25519";

  private static final int RSA_BITS_MIN = 2048;
  private static final List<String> FACTORIES = List.of("RSA", "EC", "EdDSA");
  private static final List<String> CURVES = List.of("secp256r1", "secp384r1", "secp521r1");

  private PublicKeys() {}

  /// The key that a SubjectPublicKeyInfo holds, if it is of a kind that this machine knows.
  static Optional<PublicKey> decode(byte[] info) {
    for (String algorithm : FACTORIES) {
      try {
        return Optional.of(
            KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(info)));
      } catch (InvalidKeySpecException _) {
        // Perhaps of the next kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java runtime has " + algorithm, e);
      }
    }
    return Optional.empty();
  }

  static void require(PublicKey key) {
    switch (key) {
      case RSAPublicKey rsa -> requireLong(rsa.getModulus().bitLength());
      case ECPublicKey ec -> {
        if (CURVES.stream().noneMatch(name -> isOn(ec.getParams(), name))) {
          throw unsuitable("it is of EC on another curve than P-256, P-384 and P-521");
        }
      }
      case EdECPublicKey ed -> {
        if (!ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
          throw unsuitable("it is of EdDSA on another curve than Ed25519");
        }
      }
      default -> throw unsuitable("it is not of " + KINDS);
    }
  }

  static String kind(PublicKey key) {
    return switch (key) {
      case RSAPublicKey _ -> "RSA";
      case ECPublicKey _ -> "EC";
      default -> "Ed25519";
    };
  }

  private static void requireLong(int bits) {
    if (bits < RSA_BITS_MIN) {
      throw unsuitable(
          "it is of RSA with %d bits and needs at least %d".formatted(bits, RSA_BITS_MIN));
    }
  }

  private static boolean isOn(ECParameterSpec its, String name) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(name));
      ECParameterSpec named = parameters.getParameterSpec(ECParameterSpec.class);
      return its.getCurve().equals(named.getCurve())
          && its.getGenerator().equals(named.getGenerator())
          && its.getOrder().equals(named.getOrder());
    } catch (InvalidParameterSpecException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has EC", e);
    }
  }

  private static BackupException unsuitable(String what) {
    return KeyText.bad(what, "Let the application sign with a key of " + KINDS + ".");
  }
}
