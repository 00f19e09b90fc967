package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.application.SealedNote;
import io.holdfast.server.run.RunRows;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Links by which a backup can be taken away once. The catalog knows a link by its SHA-256 only,
/// and keeps the passphrase of the file sealed with a key that is made from the link: neither the
/// catalog nor its backups open anything.
public final class Downloads {
  /// How long a link is good.
  static final Duration LIFE = Duration.ofMinutes(5);

  private static final int SECRET_BYTES = 32;
  private static final String PURPOSE = "holdfast: passphrase of a download, 1";

  private final JdbcClient jdbc;
  private final Entropy entropy;

  public Downloads(JdbcClient jdbc, Entropy entropy) {
    this.jdbc = jdbc;
    this.entropy = entropy;
  }

  /// A link that nobody has used yet.
  record Link(Secret secret, Instant expiresAt) {}

  /// What a link is for.
  record Ticket(UUID account, String backup, Optional<Secret> passphrase, String askedBy) {}

  Link offer(Ticket ticket) {
    byte[] secret = entropy.bytes(SECRET_BYTES);
    Instant expires =
        jdbc.sql(
                """
                INSERT INTO downloads (digest, account, backup, passphrase, asked_by, expires_at)
                VALUES (:digest, :account, :backup, :passphrase, :by,
                        catalog_now() + :life * interval '1 s')
                RETURNING expires_at
                """)
            .param("digest", sha256(secret))
            .param("account", ticket.account())
            .param("backup", ticket.backup())
            .param("passphrase", sealed(ticket, secret))
            .param("by", ticket.askedBy())
            .param("life", LIFE.toSeconds())
            .query((row, _) -> RunRows.instant(row, "expires_at"))
            .single();
    return new Link(
        new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(secret)), expires);
  }

  private static byte @Nullable [] sealed(Ticket ticket, byte[] secret) {
    return ticket.passphrase().map(it -> SealedNote.seal(secret, PURPOSE, it)).orElse(null);
  }

  /// Takes a link, which is good no more after that, whatever becomes of the download.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND` if it is none, was used or is too old
  Ticket take(Secret link) {
    byte[] secret = secret(link);
    return jdbc.sql(
            """
            DELETE FROM downloads WHERE digest = :digest AND expires_at > catalog_now()
            RETURNING account, backup, passphrase, asked_by
            """)
        .param("digest", sha256(secret))
        .query(
            (row, _) ->
                new Ticket(
                    row.getObject("account", UUID.class),
                    row.getString("backup"),
                    Optional.ofNullable(row.getBytes("passphrase"))
                        .map(kept -> SealedNote.open(secret, PURPOSE, kept)),
                    row.getString("asked_by")))
        .optional()
        .orElseThrow(Downloads::spent);
  }

  private static BackupException spent() {
    return new BackupException(
        ErrorCode.BACKUP_NOT_FOUND,
        "this link was used, or is too old",
        "POST to /api/backups/ID/download for another one.");
  }

  private static byte[] secret(Secret link) {
    try {
      byte[] secret = Base64.getUrlDecoder().decode(link.expose());
      if (secret.length == SECRET_BYTES) {
        return secret;
      }
    } catch (IllegalArgumentException _) {
      // No link of ours.
    }
    throw spent();
  }

  private static byte[] sha256(byte[] secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
