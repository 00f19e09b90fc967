package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// API tokens, and the one that sets a server up. A token is 32 bytes by chance behind a prefix
/// that scanners for lost secrets can look for; the catalog keeps its SHA-256 only, and needs no
/// slow hash for what nobody can guess.
public final class Tokens {
  private static final String API_PREFIX = "hf_";
  private static final String SETUP_PREFIX = "hfsetup_";
  private static final int BYTES = 32;
  private static final int SETUP_DAYS = 3650;

  private static final String LIST =
      """
      SELECT t.id, t.user_id, t.name, coalesce(t.role, u.role) AS role, t.created_at,
             t.expires_at, t.last_used_at
        FROM api_tokens t JOIN users u ON u.id = t.user_id
       WHERE %s ORDER BY t.created_at DESC, t.id LIMIT 1000
      """;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final Entropy entropy;
  private final Supplier<UUID> ids;
  private final Users users;

  public Tokens(
      JdbcClient jdbc,
      TransactionOperations transactions,
      Entropy entropy,
      Supplier<UUID> ids,
      Users users) {
    this.users = users;
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.entropy = entropy;
    this.ids = ids;
  }

  /// A new token that sets the server up, if nobody has done that yet. The one before it counts no
  /// more.
  public Optional<Secret> offerSetup() {
    return Optional.ofNullable(transactions.execute(_ -> offerNow())).flatMap(it -> it);
  }

  /// Whoever sets up and whoever offers do that one after another: none offers what was done.
  private void lockSetup() {
    int _ = jdbc.sql("LOCK TABLE setup IN EXCLUSIVE MODE").update();
  }

  private Optional<Secret> offerNow() {
    lockSetup();
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
              lockSetup();
              int used =
                  jdbc.sql("DELETE FROM setup WHERE digest = :digest")
                      .param("digest", digest(setupToken))
                      .update();
              if (used == 0 || !users.list().isEmpty()) {
                throw new BackupException(
                    ErrorCode.NOT_SIGNED_IN,
                    "this is not the set-up token, or it was used",
                    "The server prints a new one at each start until it is set up.");
              }
              UUID admin = users.add(name, Role.ADMIN);
              UUID _ = addToken(new Wanted(admin, "made at set-up", Role.ADMIN, SETUP_DAYS), token);
              return true;
            });
    return token;
  }

  private UUID addToken(Wanted wanted, Secret token) {
    UUID id = ids.get();
    int _ =
        jdbc.sql(
                """
                INSERT INTO api_tokens (id, user_id, name, digest, role, expires_at)
                VALUES (:id, :user, :name, :digest, :role,
                       catalog_now() + :days * interval '1 day')
                """)
            .param("id", id)
            .param("user", wanted.user())
            .param("name", wanted.name())
            .param("digest", digest(token))
            .param("role", wanted.role().word())
            .param("days", wanted.days())
            .update();
    return id;
  }

  /// A token that is wanted.
  ///
  /// @param role what it may do at most
  /// @param days how long it counts
  public record Wanted(UUID user, String name, Role role, int days) {
    private static final int DAYS_MAX = 3650;
    private static final int NAME_CHARACTERS_MAX = 100;

    /// @throws BackupException `BAD_ARGUMENT`
    public Wanted {
      name = name.strip();
      if (name.isEmpty() || name.length() > NAME_CHARACTERS_MAX) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "'name' has " + name.length() + " characters",
            "Say in 1 to " + NAME_CHARACTERS_MAX + " characters what the token is for.");
      }
      if (days < 1 || days > DAYS_MAX) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "a token cannot count for " + days + " days",
            "Give 1 to " + DAYS_MAX + " with 'expiresInDays'.");
      }
    }
  }

  /// A token, which is shown this once.
  public record Issued(UUID id, Secret token) {}

  public Issued issue(Wanted wanted) {
    Secret token = fresh(API_PREFIX);
    return new Issued(addToken(wanted, token), token);
  }

  /// A token without itself.
  public record TokenView(
      UUID id,
      UUID user,
      String name,
      String role,
      Instant createdAt,
      Optional<Instant> expiresAt,
      Optional<Instant> lastUsedAt) {}

  /// All tokens, newest first.
  public List<TokenView> list() {
    return listed(jdbc.sql(LIST.formatted("true")));
  }

  /// The tokens of a user, newest first.
  public List<TokenView> listOf(UUID user) {
    return listed(jdbc.sql(LIST.formatted("t.user_id = :user")).param("user", user));
  }

  private static List<TokenView> listed(JdbcClient.StatementSpec statement) {
    return statement
        .query(
            (row, _) ->
                new TokenView(
                    row.getObject("id", UUID.class),
                    row.getObject("user_id", UUID.class),
                    row.getString("name"),
                    row.getString("role"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    time(row, "expires_at"),
                    time(row, "last_used_at")))
        .list();
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  /// Lets a token count no more.
  ///
  /// @param onlyOf whose it must be; empty for anybody's
  /// @return its name
  /// @throws BackupException `TOKEN_NOT_FOUND`
  public String revoke(UUID id, Optional<UUID> onlyOf) {
    return jdbc.sql(
            """
            DELETE FROM api_tokens
             WHERE id = :id AND (:anybody OR user_id = :user) RETURNING name
            """)
        .param("id", id)
        .param("anybody", onlyOf.isEmpty())
        .param("user", onlyOf.orElse(id))
        .query(String.class)
        .optional()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.TOKEN_NOT_FOUND,
                    "there is no token " + id,
                    "GET /api/tokens lists them."));
  }

  /// Who has this token, if it counts. Using it is written down.
  public Optional<Caller> caller(Secret token) {
    return jdbc.sql(
            """
            UPDATE api_tokens t SET last_used_at = catalog_now() FROM users u
             WHERE t.digest = :digest AND u.id = t.user_id
               AND (t.expires_at IS NULL OR t.expires_at > catalog_now())
            RETURNING u.id, u.name, u.role, t.role AS token_role
            """)
        .param("digest", digest(token))
        .query(
            (row, _) ->
                new Caller(
                    row.getObject("id", UUID.class),
                    row.getString("name"),
                    least(Role.of(row.getString("role")), row.getString("token_role"))))
        .optional();
  }

  private static Role least(Role ofUser, @Nullable String ofToken) {
    return ofToken == null || ofUser.compareTo(Role.of(ofToken)) <= 0 ? ofUser : Role.of(ofToken);
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
