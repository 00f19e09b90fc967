package io.holdfast.server.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/// What a cron job of somebody else shows: `CRON_SECRET`.
///
/// @param secret empty if none is set; then nobody gets in
public record CronSecret(Optional<Secret> secret) {
  private static final String SCHEME = "Bearer ";

  /// @param header the header `Authorization`, if there was one
  /// @throws BackupException `NOT_SIGNED_IN` unless it shows the secret
  void require(Optional<String> header) {
    if (secret.isEmpty()) {
      throw new BackupException(
          ErrorCode.NOT_SIGNED_IN,
          "this server takes no calls of cron jobs",
          "Set CRON_SECRET (or CRON_SECRET_FILE) and start the server again.");
    }
    byte[] expected = (SCHEME + secret.get().expose()).getBytes(StandardCharsets.UTF_8);
    byte[] shown = header.orElse("").getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(expected, shown)) {
      throw new BackupException(
          ErrorCode.NOT_SIGNED_IN,
          "this takes the secret of cron jobs",
          "Send 'Authorization: Bearer' and the value of CRON_SECRET.");
    }
  }
}
