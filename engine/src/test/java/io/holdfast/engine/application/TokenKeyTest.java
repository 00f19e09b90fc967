package io.holdfast.engine.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What an application's tokens are checked with, from text.
class TokenKeyTest {
  private static final String SECRET = "correct-horse-battery-staple-123";

  @ParameterizedTest
  @CsvSource({
    "RSA, 2048, RSA",
    "EC, secp256r1, EC",
    "EC, secp384r1, EC",
    "EC, secp521r1, EC",
    "EdDSA, Ed25519, Ed25519"
  })
  void aPublicKeyIsReadFromItsPem(String algorithm, String parameter, String kind)
      throws Exception {
    PublicKey key = pair(algorithm, parameter).getPublic();
    String pem = pem("PUBLIC KEY", key);

    TokenKey read = parse("\n  " + pem + "\n\n");

    assertThat(read).isEqualTo(new TokenKey.Verifying(key));
    assertThat(read.kind()).isEqualTo(kind);
    assertThat(read).hasToString("Verifying[" + kind + "]");
    assertThat(parse(pem.replace("\n", "\r\n"))).isEqualTo(read);
    assertThat(parse(pem.replace("\n", "\\n"))).as("in a variable of one line").isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource({
    "RSA, 1024, 'it is of RSA with 1024 bits and needs at least 2048'",
    "EdDSA, Ed448, 'it is of EdDSA on another curve than Ed25519'",
    "X25519, X25519, 'it is PEM, but no public key of RSA, EC (P-256, P-384, P-521) or Ed25519'"
  })
  void aKeyThatIsWeakOrOfAnotherKindIsRefused(String algorithm, String parameter, String message)
      throws Exception {
    assertRefused(pem("PUBLIC KEY", pair(algorithm, parameter).getPublic()), message);
  }

  @Test
  void aSecretIsWhatStandsBetweenTheBlanks() {
    TokenKey read = parse(" \t" + SECRET + "\r\n");
    assertThat(read).isEqualTo(new TokenKey.Shared(new Secret(SECRET)));
    assertThat(read.kind()).isEqualTo("secret");
    assertThat(parse("a secret of several words is one too"))
        .isEqualTo(new TokenKey.Shared(new Secret("a secret of several words is one too")));
    assertThat(parse("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A").kind())
        .as("begins like a key, but is none")
        .isEqualTo("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "short", "correct-horse-battery-staple-12"})
  void aShortSecretIsRefusedWithTheWayToMakeOne(String text) {
    assertRefused(
        text,
        "the secret has %d bytes and needs at least 32 (make one by: openssl rand -hex 32)"
            .formatted(text.strip().length()));
  }

  @Test
  void aSecretIsCountedInBytes() {
    assertThat(parse("ä".repeat(16)).kind()).isEqualTo("secret");
    assertRefused("ä".repeat(15), "the secret has 30 bytes and needs at least 32");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"})
  void aPrivateKeyIsRefusedAsSuch(String label) throws Exception {
    KeyPair pair = pair("EdDSA", "Ed25519");
    String pem = pem(label, pair.getPrivate());
    assertRefused(pem, "it is a private key, which belongs to the application alone");
    assertRefused(
        pem("PUBLIC KEY", pair.getPublic()) + pem, "it is a private key, which belongs to");
    assertRefused(pem.replace("\n", "\\n"), "it is a private key, which belongs to");
  }

  @Test
  void whatOnlyLooksLikeASecretIsRefused() throws Exception {
    PublicKey key = pair("EC", "secp256r1").getPublic();
    String pem = pem("PUBLIC KEY", key);
    String base64 = Base64.getEncoder().encodeToString(key.getEncoded());
    assertRefused(base64, "it is a public key without its lines BEGIN PUBLIC KEY");
    assertRefused(base64.substring(0, 64) + "\n" + base64.substring(64), "it is neither PEM nor");
    assertRefused(pem.replace("-----", "----"), "it is neither PEM nor a secret");
    assertRefused("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@here", "in the format of OpenSSH");
    assertRefused(
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY", "in the format of OpenSSH");
    assertRefused(
        "{\"kty\": \"oct\", \"k\": \"c2VjcmV0LXNlY3JldC1zZWNyZXQ\"}", "it is a JSON Web Key");
  }

  @Test
  void pemThatIsNotOnePublicKeyIsRefused() throws Exception {
    String pem = pem("PUBLIC KEY", pair("EdDSA", "Ed25519").getPublic());
    assertRefused(pem + pem, "it holds several keys");
    assertRefused(pem.substring(0, pem.indexOf("-----END")), "its BEGIN line has no END line");
    assertRefused(pem.replace("END PUBLIC", "END RSA PUBLIC"), "its BEGIN line has no END line");
    assertRefused(pem.replace("PUBLIC KEY", "RSA PUBLIC KEY"), "openssl rsa -RSAPublicKey_in");
    assertRefused(pem.replace("PUBLIC KEY", "CERTIFICATE"), "openssl x509 -pubkey");
    assertRefused(pem.replace("PUBLIC KEY", "DH PARAMETERS"), "PEM without the line BEGIN PUBLIC");
    assertRefused(pem.replace("MCow", "MC*w"), "it is PEM, but no public key of");
    assertRefused(pem.replace("MCow", "MCoo"), "it is PEM, but no public key of");
  }

  @Test
  void nothingOfAKeyIsInATextOfAnApplication() throws Exception {
    PublicKey key = pair("RSA", "2048").getPublic();
    for (TokenKey its : List.of(parse(SECRET), parse(pem("PUBLIC KEY", key)))) {
      assertThat(application(its).toString())
          .contains("legal")
          .doesNotContain("horse", "modulus", "geheim");
    }
  }

  @Test
  void anApplicationHasAMapOfAccountsAndKeepsWhatItWasGiven() {
    TreeMap<String, Path> scopes = new TreeMap<>(Map.of("full", Path.of("/a")));
    Application application =
        new Application(
            "legal",
            "main",
            scopes,
            Map.of(),
            Set.of(),
            Set.of(),
            Optional.empty(),
            parse(SECRET),
            List.of());
    scopes.clear();
    assertThat(application.scopes()).containsOnlyKeys("full");
    assertThatThrownBy(
            () ->
                new Application(
                    "legal",
                    "main",
                    scopes,
                    Map.of(),
                    Set.of(),
                    Set.of(),
                    Optional.empty(),
                    parse(SECRET),
                    List.of()))
        .hasMessage("application legal has no scope full");
  }

  private static Application application(TokenKey key) {
    return new Application(
        "legal",
        "main",
        new TreeMap<>(Map.of("full", Path.of("/maps/account.scope.yaml"))),
        Map.of("files", new StorePlace.Bucket("s3://key:geheim@bucket/x")),
        Set.of(),
        Set.of(),
        Optional.empty(),
        key,
        List.of());
  }

  private static TokenKey parse(String text) {
    return TokenKey.parse(new Secret(text));
  }

  /// With a code and a hint, and without any word of the text.
  private static void assertRefused(String text, String message) {
    BackupException refusal = catchThrowableOfType(BackupException.class, () -> parse(text));
    assertThat(refusal).hasMessageContaining(message);
    assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
    assertThat(refusal.hint()).isNotBlank();
    for (String word : text.split("[\\s\"\\\\]+")) {
      if (word.length() > 10) {
        assertThat(refusal.text() + refusal.hint()).doesNotContain(word);
      }
    }
  }

  private static String pem(String label, Key key) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(
            label,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key.getEncoded()));
  }

  private static KeyPair pair(String algorithm, String parameter) throws Exception {
    AlgorithmParameterSpec wanted =
        switch (algorithm) {
          case "RSA" ->
              new RSAKeyGenParameterSpec(Integer.parseInt(parameter), RSAKeyGenParameterSpec.F4);
          case "EC" -> new ECGenParameterSpec(parameter);
          default -> new NamedParameterSpec(parameter);
        };
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(wanted);
    return generator.generateKeyPair();
  }
}
