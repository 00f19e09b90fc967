package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// API tokens, and the one that sets a server up. A token is 32 bytes by chance behind a prefix
/// that scanners for lost secrets can look for; the catalog keeps its SHA-256 only, and needs no
/// slow hash for what nobody can guess.
public final class Tokens {
  private static final String API_PREFIX = "hf_";
  private static final String SETUP_PREFIX = "hfsetup_";
  private static final int BYTES = 32;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final Entropy entropy;
  private final Supplier<UUID> ids;

  public Tokens(
      JdbcClient jdbc, TransactionOperations transactions, Entropy entropy, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.entropy = entropy;
    this.ids = ids;
  }

  /// A new token that sets the server up, if nobody has done that yet. The one before it counts no
  /// more.
  public Optional<Secret> offerSetup() {
    Secret token = fresh(SETUP_PREFIX);
    int offered =
        jdbc.sql(
                """
                INSERT INTO setup (digest) SELECT :digest WHERE NOT EXISTS (SELECT FROM users)
                ON CONFLICT (one) DO UPDATE SET digest = excluded.digest
                """)
            .param("digest", digest(token))
            .update();
    return offered == 0 ? Optional.empty() : Optional.of(token);
  }

  /// Makes the first admin, and a token for it.
  ///
  /// @throws BackupException `NOT_SIGNED_IN` if that is not the set-up token, or was used before
  public Secret setUp(Secret setupToken, String name) {
    Secret token = fresh(API_PREFIX);
    var _ =
        transactions.execute(
            _ -> {
              int used =
                  jdbc.sql("DELETE FROM setup WHERE digest = :digest")
                      .param("digest", digest(setupToken))
                      .update();
              if (used == 0) {
                throw new BackupException(
                    ErrorCode.NOT_SIGNED_IN,
                    "this is not the set-up token, or it was used",
                    "The server prints a new one at each start until it is set up.");
              }
              addToken(addUser(name, Role.ADMIN), "made at set-up", token);
              return true;
            });
    return token;
  }

  private UUID addUser(String name, Role role) {
    UUID id = ids.get();
    try {
      int _ =
          jdbc.sql("INSERT INTO users (id, name, role) VALUES (:id, :name, :role)")
              .param("id", id)
              .param("name", name)
              .param("role", role.word())
              .update();
    } catch (DuplicateKeyException e) {
      throw new BackupException(
          ErrorCode.NAME_TAKEN, "there is a user of that name", "Choose another name.", e);
    }
    return id;
  }

  private void addToken(UUID user, String name, Secret token) {
    int _ =
        jdbc.sql(
                "INSERT INTO api_tokens (id, user_id, name, digest) VALUES (:id, :user, :name,"
                    + " :digest)")
            .param("id", ids.get())
            .param("user", user)
            .param("name", name)
            .param("digest", digest(token))
            .update();
  }

  /// Who has this token, if it counts. Using it is written down.
  public Optional<Caller> caller(Secret token) {
    return jdbc.sql(
            """
            UPDATE api_tokens t SET last_used_at = catalog_now() FROM users u
             WHERE t.digest = :digest AND u.id = t.user_id
               AND (t.expires_at IS NULL OR t.expires_at > catalog_now())
            RETURNING u.id, u.name, u.role
            """)
        .param("digest", digest(token))
        .query(
            (row, _) ->
                new Caller(
                    row.getObject("id", UUID.class),
                    row.getString("name"),
                    Role.of(row.getString("role"))))
        .optional();
  }

  private Secret fresh(String prefix) {
    byte[] bytes = new byte[BYTES];
    entropy.fill(bytes);
    return new Secret(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  private static byte[] digest(Secret token) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(token.expose().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
