package io.holdfast.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.base.Secret;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.application.TokenKey;
import io.holdfast.engine.plan.Tier;
import io.holdfast.server.source.Applications;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tokens by which a host application lets its users speak for one of its accounts: JSON Web Tokens
/// (RFC 7519), signed with the key that is registered for the application. The kind of the key
/// decides which algorithms count, never the token.
///
/// | claim | |
/// |---|---|
/// | `iss` | the application's name |
/// | `aud` | `holdfast` |
/// | `sub` | the user, for the audit log |
/// | `account` | the account's id in the application's database |
/// | `role` or `rights` | `owner`, `member`, `viewer`, or a list of rights, which wins |
/// | `copyTo` | other accounts that the user may copy into; may be left out |
/// | `tier` | may be left out: `free` |
/// | `iat`, `exp` | at most an hour apart |
public final class HostTokens {
  /// What `{"` is in Base64: every header begins so.
  private static final String OBJECT = "eyJ";

  private static final String AUDIENCE = "holdfast";
  private static final Duration LIFE_MAX = Duration.ofHours(1);
  private static final Duration SKEW = Duration.ofMinutes(1);
  private static final int TOKEN_CHARACTERS_MAX = 8 << 10;
  private static final int CLAIM_CHARACTERS_MAX = 200;

  private final Applications applications;
  private final Accounts accounts;
  private final InstantSource clock;

  public HostTokens(Applications applications, Accounts accounts, InstantSource clock) {
    this.applications = applications;
    this.accounts = accounts;
    this.clock = clock;
  }

  /// Whether it looks like such a token.
  static boolean isOne(Secret shown) {
    String text = shown.expose();
    return text.startsWith(OBJECT) && text.chars().filter(c -> c == '.').count() == 2;
  }

  /// Who has this token.
  ///
  /// @throws BackupException `NOT_SIGNED_IN` if it does not count, with the reason: whoever mints
  ///   tokens has to find out
  public AccountCaller caller(Secret token) {
    String text = token.expose();
    if (text.length() > TOKEN_CHARACTERS_MAX) {
      throw refused("it has " + text.length() + " characters", "Say less in it.");
    }
    try {
      SignedJWT jwt = SignedJWT.parse(text);
      JWTClaimsSet unproved = jwt.getJWTClaimsSet();
      Application application = application(unproved.getIssuer());
      if (!isSigned(jwt, application.key())) {
        throw refused(
            "it is not signed with the key of application " + application.name(),
            "Register the key that signs with 'tokenKeyFile' of the application.");
      }
      requireNow(unproved);
      return caller(application, unproved);
    } catch (ParseException _) {
      // What the parser says may hold pieces of the token.
      throw refused("it cannot be read", "Send a signed JSON Web Token.");
    }
  }

  private Application application(@org.jspecify.annotations.Nullable String issuer) {
    return Optional.ofNullable(issuer)
        .flatMap(applications::find)
        .orElseThrow(
            () ->
                refused(
                    "no application is registered by the name in its claim 'iss'",
                    "Name one of the section 'applications' of the configuration."));
  }

  private static boolean isSigned(SignedJWT jwt, TokenKey key) {
    try {
      return switch (key) {
        case TokenKey.Shared(var secret) ->
            isSigned(jwt, new MACVerifier(secret.expose().getBytes(StandardCharsets.UTF_8)));
        case TokenKey.Verifying(RSAPublicKey rsa) -> isSigned(jwt, new RSASSAVerifier(rsa));
        case TokenKey.Verifying(ECPublicKey curve) -> isSigned(jwt, new ECDSAVerifier(curve));
        case TokenKey.Verifying(EdECPublicKey edwards) -> isSignedByEdwards(jwt, edwards);
        case TokenKey.Verifying(PublicKey other) ->
            throw new IllegalStateException("a key for " + other.getAlgorithm());
      };
    } catch (JOSEException | GeneralSecurityException _) {
      return false;
    }
  }

  private static boolean isSigned(SignedJWT jwt, JWSVerifier verifier) throws JOSEException {
    return verifier.supportedJWSAlgorithms().contains(jwt.getHeader().getAlgorithm())
        && jwt.verify(verifier);
  }

  /// The library's own needs another library for this.
  private static boolean isSignedByEdwards(SignedJWT jwt, EdECPublicKey key)
      throws GeneralSecurityException {
    String algorithm = jwt.getHeader().getAlgorithm().getName();
    if (!Set.of("EdDSA", "Ed25519").contains(algorithm)
        || !jwt.getHeader().getCriticalParams().isEmpty()) {
      return false;
    }
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(key);
    signature.update(jwt.getSigningInput());
    return signature.verify(jwt.getSignature().decode());
  }

  private void requireNow(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Instant issued = time(claims.getIssueTime(), "iat");
    Instant ends = time(claims.getExpirationTime(), "exp");
    if (!now.isBefore(ends.plus(SKEW))) {
      throw refused("it ended at " + ends, "Ask the application for a new one.");
    }
    if (issued.isAfter(now.plus(SKEW))) {
      throw refused(
          "it begins at " + issued + ", and here it is " + now, "Set the clocks of both machines.");
    }
    Instant notBefore =
        Optional.ofNullable(claims.getNotBeforeTime()).map(Date::toInstant).orElse(issued);
    if (notBefore.isAfter(now.plus(SKEW))) {
      throw refused("it counts from " + notBefore + " on", "Use it then.");
    }
    if (Duration.between(issued, ends).compareTo(LIFE_MAX) > 0) {
      throw refused(
          "it counts for longer than an hour", "Mint it with an 'exp' of minutes after 'iat'.");
    }
  }

  private static Instant time(@org.jspecify.annotations.Nullable Date date, String claim) {
    return Optional.ofNullable(date)
        .map(Date::toInstant)
        .orElseThrow(() -> refused("it has no '" + claim + "'", "Say when it begins and ends."));
  }

  private AccountCaller caller(Application application, JWTClaimsSet claims) throws ParseException {
    if (!Optional.ofNullable(claims.getAudience()).orElse(List.of()).contains(AUDIENCE)) {
      throw refused("it is not for Holdfast", "Mint it with 'aud' " + AUDIENCE + ".");
    }
    String account = text(claims, "account");
    String user = text(claims, "sub");
    Tier tier = tier(Optional.ofNullable(claims.getStringClaim("tier")).orElse("free"));
    return new AccountCaller(
        accounts.require(application.name(), account, tier),
        application.name(),
        account,
        user,
        rights(claims),
        Set.copyOf(Optional.ofNullable(claims.getStringListClaim("copyTo")).orElse(List.of())),
        tier);
  }

  private static Set<Right> rights(JWTClaimsSet claims) throws ParseException {
    try {
      Optional<List<String>> rights = Optional.ofNullable(claims.getStringListClaim("rights"));
      return rights.isPresent()
          ? Right.parse(rights.get())
          : Right.ofRole(Optional.ofNullable(claims.getStringClaim("role")).orElse("viewer"));
    } catch (BackupException e) {
      throw refused(e.text(), e.hint());
    }
  }

  private static Tier tier(String word) {
    return Arrays.stream(Tier.values())
        .filter(tier -> tier.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                refused(
                    Quoted.of(word) + " is no tier",
                    "Say free, starter, professional or enterprise."));
  }

  private static String text(JWTClaimsSet claims, String claim) throws ParseException {
    String text = Optional.ofNullable(claims.getStringClaim(claim)).orElse("");
    if (text.isBlank()
        || text.length() > CLAIM_CHARACTERS_MAX
        || text.chars().anyMatch(Character::isISOControl)) {
      throw refused(
          "its claim '" + claim + "' has " + text.length() + " characters, or such that no id has",
          "Give 1 to " + CLAIM_CHARACTERS_MAX + " of them.");
    }
    return text;
  }

  private static BackupException refused(String why, String hint) {
    return new BackupException(ErrorCode.NOT_SIGNED_IN, "the token does not count: " + why, hint);
  }
}
