package io.holdfast.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.azure.testing.Azurite;
import io.holdfast.storage.azure.testing.Containers;
import io.holdfast.storage.web.testing.IdentityServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Who may do what, and how it is proved who asks.
@ExtendWith(Azurite.Extension.class)
class AzureAccessTest {
  private static final BlobKey KEY = new BlobKey("packs/one");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Azurite azurite;
  @TempDir private Path directory = Path.of("");

  AzureAccessTest(Azurite azurite) {
    this.azurite = azurite;
  }

  @Test
  void aConnectionStringIsEnough() throws IOException {
    String container = Containers.make(azurite, "connected");
    Map<String, String> environment =
        Map.of(
            "AZURE_STORAGE_CONNECTION_STRING",
            "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s/%s;"
                .formatted(Azurite.ACCOUNT, Azurite.KEY, azurite.endpoint(), Azurite.ACCOUNT));
    String place = "azure://" + Azurite.ACCOUNT + "/" + container;
    try (BlobStore store = BlobStores.create(place, Azurite.context(environment))) {
      assertThat(put(store)).isEqualTo(PutResult.STORED);
      assertThat(store.get(KEY, 10)).hasSize(3);
    }
  }

  @Test
  void aWriterThatMayOnlyCreateCanDestroyNothing() throws IOException {
    String place = azurite.placeAt(azurite.endpoint(), Containers.make(azurite, "writer"));
    String signature = Containers.accountSignature("rlc", "2099-01-01T00:00:00Z");
    try (BlobStore store =
        BlobStores.create(place, Azurite.context(Map.of("AZURE_STORAGE_SAS_TOKEN", signature)))) {
      assertThat(put(store)).isEqualTo(PutResult.STORED);
      assertThatThrownBy(() -> store.delete(KEY))
          .isInstanceOf(StoreRefusedException.class)
          .satisfies(
              e -> assertThat(((StoreRefusedException) e).advice()).contains("delete blobs"));
      assertThat(store.putIfAbsent(KEY, ByteBuffer.wrap(new byte[] {9, 9, 9})))
          .isEqualTo(PutResult.ALREADY_PRESENT);
      assertThat(store.get(KEY, 10)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aWrongKeyAndASignatureThatHasExpiredAreRefused() throws IOException {
    String place = azurite.placeAt(azurite.endpoint(), Containers.make(azurite, "refused"));
    String expired = Containers.accountSignature("rwdlac", "2020-01-01T00:00:00Z");
    for (Map<String, String> environment :
        java.util.List.of(
            Map.of("AZURE_STORAGE_KEY", "d3Jvbmc="), Map.of("AZURE_STORAGE_SAS_TOKEN", expired))) {
      try (BlobStore store = BlobStores.open(place, Azurite.context(environment))) {
        assertThatThrownBy(() -> put(store))
            .isInstanceOf(StoreRefusedException.class)
            .satisfies(e -> assertThat(((StoreRefusedException) e).advice()).isNotEmpty())
            .message()
            .doesNotContain("sig=");
      }
    }
  }

  @Test
  void anApplicationGetsATokenAndKeepsItUntilShortlyBeforeItExpires() throws IOException {
    try (IdentityServer identity = IdentityServer.start()) {
      identity.answer(
          200, "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"t1\"}");
      var now = new AtomicReference<>(NOON);
      var tokens =
          new io.holdfast.storage.web.AccessTokens(
              AzureTokens.of(application(identity, Map.of("AZURE_CLIENT_SECRET", "s&1"))),
              now::get);

      assertThat(tokens.bearer()).isEqualTo("Bearer t1");
      now.set(NOON.plus(Duration.ofMinutes(56)));
      assertThat(tokens.bearer()).isEqualTo("Bearer t1");
      assertThat(identity.asked()).hasSize(1);
      assertThat(identity.asked().getFirst().line()).isEqualTo("POST /tenant/oauth2/v2.0/token");
      assertThat(identity.asked().getFirst().body())
          .contains("grant_type=client_credentials", "client_id=client", "client_secret=s%261")
          .contains("scope=https%3A%2F%2Fstorage.azure.com%2F.default");

      identity.answer(200, "{\"expires_in\":\"3600\",\"access_token\":\"t2\"}");
      now.set(NOON.plus(Duration.ofMinutes(57)));
      assertThat(tokens.bearer()).isEqualTo("Bearer t2");
    }
  }

  @Test
  void aWorkloadShowsTheTokenOfItsCluster() throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "cluster-token\n");
    try (IdentityServer identity = IdentityServer.start()) {
      identity.answer(200, "{\"access_token\":\"t\",\"expires_in\":60}");
      AzureTokens tokens =
          AzureTokens.of(
              application(identity, Map.of("AZURE_FEDERATED_TOKEN_FILE", file.toString())));
      assertThat(tokens.fetch(NOON).value().expose()).isEqualTo("t");
      assertThat(identity.asked().getFirst().body())
          .contains("client_assertion=cluster-token", "client_assertion_type=urn%3Aietf");
    }
  }

  @Test
  void aMachineAsksForItsOwnIdentity() throws IOException {
    try (IdentityServer identity = IdentityServer.start()) {
      identity.answer(200, "{\"access_token\":\"t\",\"expires_in\":\"86400\"}");
      AzureTokens machine =
          AzureTokens.of(context(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", identity.endpoint())));
      assertThat(machine.fetch(NOON).expires()).isEqualTo(NOON.plus(Duration.ofDays(1)));
      assertThat(identity.asked().getFirst().line())
          .startsWith("GET /metadata/identity/oauth2/token?")
          .contains("resource=https");
      assertThat(identity.asked().getFirst().headers()).containsKey("Metadata");

      AzureTokens service =
          AzureTokens.of(
              context(
                  Map.of(
                      "IDENTITY_ENDPOINT",
                      identity.endpoint() + "/msi/token",
                      "IDENTITY_HEADER",
                      "h")));
      assertThat(service.fetch(NOON).value().expose()).isEqualTo("t");
      assertThat(identity.asked().getLast().line()).startsWith("GET /msi/token?");
    }
  }

  @Test
  void refusalsOfTheIdentityServiceSayWhatToCheckAndTroublesAreTriedAgain() throws IOException {
    try (IdentityServer identity = IdentityServer.start()) {
      AzureTokens tokens =
          AzureTokens.of(application(identity, Map.of("AZURE_CLIENT_SECRET", "hunter2")));
      identity.answer(401, "{\"error\":\"invalid_client\"}");
      assertThatThrownBy(() -> tokens.fetch(NOON))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("invalid_client")
          .message()
          .doesNotContain("hunter2");
      identity.answer(503, "busy");
      assertThatThrownBy(() -> tokens.fetch(NOON)).isInstanceOf(StoreUnavailableException.class);
      identity.answer(400, "{\"error\":\"%s\"}".formatted("long ".repeat(1000)));
      assertThatThrownBy(() -> tokens.fetch(NOON))
          .isInstanceOf(StoreRefusedException.class)
          .satisfies(e -> assertThat(e.getMessage()).contains("long long").hasSizeLessThan(500));
      identity.answer(200, "<html>a captive portal</html>");
      assertThatThrownBy(() -> tokens.fetch(NOON)).isInstanceOf(StoreRefusedException.class);
    }
    AzureTokens nowhere =
        AzureTokens.of(context(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")));
    assertThatThrownBy(() -> nowhere.fetch(NOON))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("no credentials");
  }

  @Test
  void aTokenThatNoHeaderMayHoldIsNotRepeated() throws IOException {
    try (IdentityServer identity = IdentityServer.start()) {
      identity.answer(200, "{\"access_token\":\"hunter2\\u000a\",\"expires_in\":3600}");
      AzureTokens tokens =
          AzureTokens.of(application(identity, Map.of("AZURE_CLIENT_SECRET", "s")));
      assertRefusedWithoutSecret(tokens);
      AzureTokens service =
          AzureTokens.of(
              context(
                  Map.of(
                      "IDENTITY_ENDPOINT",
                      identity.endpoint(),
                      "IDENTITY_HEADER",
                      "hunter2 \u00e9")));
      assertRefusedWithoutSecret(service);
    }
  }

  @Test
  void anIdentityServiceIsNotAskedByHttp() {
    for (String host : new String[] {"http://login.example.org", "ftp://127.0.0.1"}) {
      assertRefusedWithoutSecret(
          AzureTokens.of(
              context(
                  Map.of(
                      "AZURE_AUTHORITY_HOST", host,
                      "AZURE_TENANT_ID", "tenant",
                      "AZURE_CLIENT_ID", "client",
                      "AZURE_CLIENT_SECRET", "hunter2"))));
    }
  }

  private static void assertRefusedWithoutSecret(AzureTokens tokens) {
    assertThatThrownBy(() -> tokens.fetch(NOON))
        .isInstanceOf(StoreRefusedException.class)
        .message()
        .doesNotContain("hunter2");
  }

  private static StoreContext application(IdentityServer identity, Map<String, String> proof) {
    Map<String, String> environment = new HashMap<>(proof);
    environment.put("AZURE_AUTHORITY_HOST", identity.endpoint() + "/");
    environment.put("AZURE_TENANT_ID", "tenant");
    environment.put("AZURE_CLIENT_ID", "client");
    return context(environment);
  }

  private static StoreContext context(Map<String, String> environment) {
    return new StoreContext(() -> NOON, Seeds.entropy(1), environment);
  }

  private static PutResult put(BlobStore store) throws IOException {
    return store.putIfAbsent(KEY, ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }
}
