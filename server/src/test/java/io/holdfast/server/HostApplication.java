package io.holdfast.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// The legal application beside a server: its database is the source, and it signs for its
/// accounts.
final class HostApplication {
  static final String NAME = "legal";
  static final String SECRET = "a secret of the tests, which nobody else can know";

  /// Another application, whose accounts have the same ids in the same database.
  static final String RIVAL = "rival";

  private static final String RIVAL_SECRET = "a secret of the rival, which nobody else can know";

  private static final long SEED = 7;
  private static final LegalAppSize SIZE = LegalAppSize.small(3);

  private HostApplication() {}

  /// Fills the database `postgres` and writes `holdfast.yaml`.
  static void install(TestServer postgres, Path directory) throws IOException, SQLException {
    Path files = Files.createDirectories(directory.resolve("files"));
    try (Connection connection =
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres?user=postgres")) {
      LegalApp.createSchema(connection);
      var _ = LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(files));
    }
    for (String scope : new String[] {"account", "matter", "session"}) {
      Files.writeString(directory.resolve(scope + ".scope.yaml"), LegalApp.scope(scope));
    }
    Files.writeString(directory.resolve("legal.key"), SECRET);
    Files.writeString(directory.resolve("rival.key"), RIVAL_SECRET);
    Files.writeString(
        directory.resolve("holdfast.yaml"),
        """
        applications:
          legal:
            scopes:
              full: account.scope.yaml
              matter: matter.scope.yaml
              session: session.scope.yaml
            stores: {files: %s}
            audio: [audio]
            documents: [documents, signatures]
            tokenKeyFile: legal.key
            origins: [https://app.example.com]
          rival:
            scopes: {full: account.scope.yaml}
            stores: {files: %s}
            tokenKeyFile: rival.key
        """
            .formatted(files, files));
  }

  static UUID account(int index) {
    return LegalApp.account(SEED, SIZE, index);
  }

  /// Everything that the account has in some of its tables.
  static String state(TestServer postgres, UUID account) {
    return postgres.value(
        """
        SELECT md5(string_agg(t, '' ORDER BY t)) FROM (
          SELECT m::text FROM matters m WHERE user_id = '%1$s' UNION ALL
          SELECT s::text FROM sessions s WHERE user_id = '%1$s' UNION ALL
          SELECT t::text FROM transcript_segments t
            JOIN sessions s ON s.id = t.session_id WHERE s.user_id = '%1$s' UNION ALL
          SELECT d::text FROM documents d WHERE user_id = '%1$s') rows (t)
        """
            .formatted(account));
  }

  /// A token of an owner, with whatever else is to be in it.
  static String token(UUID account, UnaryOperator<JWTClaimsSet.Builder> also) {
    return token(account, SECRET, also);
  }

  /// A token of an owner of the other application's account of that id.
  static String tokenOfRival(UUID account) {
    return token(account, RIVAL_SECRET, claims -> claims.issuer(RIVAL));
  }

  static String token(UUID account, String secret, UnaryOperator<JWTClaimsSet.Builder> also) {
    Instant now = Instant.now();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(NAME)
            .audience("holdfast")
            .subject("ada@example.com")
            .claim("account", account.toString())
            .claim("role", "owner")
            .claim("tier", "starter")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(Duration.ofMinutes(10))));
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), also.apply(claims).build());
    try {
      jwt.sign(new MACSigner(secret));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
    return jwt.serialize();
  }
}
