package io.holdfast.server.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/// The digests that make a chain of entries. Each is the SHA-256 of: the digest before it (32
/// bytes; zeros for the first), the number, the microseconds since 1970 (8 bytes each, big-endian),
/// and actor, action, target and details, each as its length in 4 bytes and its UTF-8.
final class Chain {
  private static final int DIGEST_BYTES = 32;

  /// What the first entry follows.
  static final String BEGIN = "00".repeat(DIGEST_BYTES);

  private Chain() {}

  static String digest(
      String previous,
      long number,
      Instant at,
      String actor,
      String action,
      String target,
      String details) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(HexFormat.of().parseHex(previous));
      out.writeLong(number);
      out.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, at));
      for (String text : new String[] {actor, action, target, details}) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static boolean seals(AuditEntry entry, String previous) {
    return digest(
            previous,
            entry.number(),
            entry.at(),
            entry.actor(),
            entry.action(),
            entry.target(),
            entry.details())
        .equals(entry.digest());
  }
}
