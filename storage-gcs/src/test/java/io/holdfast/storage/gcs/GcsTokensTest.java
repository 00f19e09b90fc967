package io.holdfast.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.gcs.testing.ImitatedGcs;
import io.holdfast.storage.web.testing.IdentityServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcsTokensTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private Path directory = Path.of("");

  /// The imitation verifies the signature with the account's key.
  @Test
  void aServiceAccountSignsItsClaim() throws IOException {
    try (ImitatedGcs gcs = ImitatedGcs.start()) {
      var token = new GcsTokens(gcs.context(directory)).fetch(NOON);
      assertThat(token.expires()).isEqualTo(NOON.plus(Duration.ofSeconds(3599)));

      Path file = gcs.keyFile(directory);
      Files.writeString(
          file, Files.readString(file).replace("backup@project", "somebody-else@project"));
      assertThatThrownBy(() -> new GcsTokens(named(file)).fetch(NOON))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("invalid_grant");
    }
  }

  @Test
  void aPersonWhoLoggedInIsFoundInTheHomeDirectory() throws IOException {
    Path gcloud = Files.createDirectories(directory.resolve(".config/gcloud"));
    try (IdentityServer identity = IdentityServer.start()) {
      Files.writeString(
          gcloud.resolve("application_default_credentials.json"),
          """
          {"client_id": "c", "client_secret": "s", "refresh_token": "1//r", "type": "authorized_user",
           "token_uri": "%s/token"}
          """
              .formatted(identity.endpoint()));
      identity.answer(200, "{\"access_token\":\"t\",\"expires_in\":3599}");
      var token = new GcsTokens(context(Map.of("HOME", directory.toString()))).fetch(NOON);
      assertThat(token.value().expose()).isEqualTo("t");
      assertThat(identity.asked().getFirst().body())
          .contains("grant_type=refresh_token", "refresh_token=1%2F%2Fr", "client_id=c");
    }
  }

  @Test
  void aMachineAsksForItsServiceAccount() throws IOException {
    try (IdentityServer identity = IdentityServer.start()) {
      identity.answer(200, "{\"access_token\":\"t\",\"expires_in\":3599}");
      Map<String, String> environment =
          Map.of("GCE_METADATA_HOST", identity.endpoint().substring("http://".length()));
      assertThat(new GcsTokens(context(environment)).fetch(NOON).value().expose()).isEqualTo("t");
      assertThat(identity.asked().getFirst().headers()).containsKey("Metadata-flavor");
      identity.answer(503, "");
      assertThatThrownBy(() -> new GcsTokens(context(environment)).fetch(NOON))
          .isInstanceOf(StoreUnavailableException.class);
    }
    assertThatThrownBy(
            () -> new GcsTokens(context(Map.of("GCE_METADATA_HOST", "127.0.0.1:9"))).fetch(NOON))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("no credentials");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hunter2",
        "{\"type\": \"external_account\"}",
        "{\"private_key\": \"hunter2\"}",
        "{\"type\": \"service_account\", \"client_email\": \"a@b\", \"private_key\": \"hunter2\"}",
        "{\"type\": \"authorized_user\", \"token_uri\": \"http://example.org/hunter2\"}",
        "{\"type\": \"authorized_user\", \"token_uri\": \"hunter2 hunter2\"}"
      })
  void filesThatCannotBeUsedAreNamedAndNotRepeated(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("bad.json"), content);
    assertThatThrownBy(() -> new GcsTokens(named(file)).fetch(NOON))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("bad.json")
        .message()
        .doesNotContain("hunter2");
    assertThatThrownBy(() -> new GcsTokens(named(directory.resolve("none"))).fetch(NOON))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("none");
  }

  private static StoreContext named(Path file) {
    return context(Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()));
  }

  private static StoreContext context(Map<String, String> environment) {
    return new StoreContext(() -> NOON, Seeds.entropy(1), environment);
  }
}
