package io.holdfast.engine.tenant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The key domain of one tenant: everything of it is sealed under keys that nothing else has.
public final class TenantDomain {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final int HASH_BYTES = 16;

  private TenantDomain() {}

  /// `SCOPE.ID` where that can be the name of a domain, else `SCOPE.` and half a hash of the id.
  public static String of(String scope, String id) {
    String plain = scope + "." + id;
    if (PLAIN.matcher(plain).matches()) {
      return plain;
    }
    String start = scope.replaceAll("[^A-Za-z0-9]", "-");
    return start.substring(0, Math.min(start.length(), 24)) + ".x" + hash(plain);
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
