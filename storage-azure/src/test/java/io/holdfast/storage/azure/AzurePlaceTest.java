package io.holdfast.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AzurePlaceTest {
  @Test
  void readsAPlaceAtAzure() {
    AzurePlace place = place("azure://account1/back-ups/a/b/", Map.of());

    assertThat(place)
        .isEqualTo(
            new AzurePlace(
                "account1",
                "back-ups",
                "a/b/",
                URI.create("https://account1.blob.core.windows.net"),
                ""));
    assertThat(place.describe())
        .isEqualTo(
            "container back-ups of account1, folder a/b, at"
                + " https://account1.blob.core.windows.net");
  }

  @Test
  void readsAPlaceElsewhere() {
    AzurePlace place =
        place("azure://dev/box?endpoint=http://127.0.0.1:10000/dev/&ca-file=/etc/ca.pem", Map.of());

    assertThat(place.endpoint()).isEqualTo(URI.create("http://127.0.0.1:10000/dev"));
    assertThat(place.prefix()).isEmpty();
    assertThat(place.caFile()).isEqualTo("/etc/ca.pem");
  }

  @Test
  void theConnectionStringNamesTheEndpoint() {
    assertThat(
            place(
                    "azure://account/box",
                    connection("AccountName=account;EndpointSuffix=core.chinacloudapi.cn"))
                .endpoint())
        .isEqualTo(URI.create("https://account.blob.core.chinacloudapi.cn"));
    assertThat(
            place("azure://account/box", connection("BlobEndpoint=https://blobs.example.org/"))
                .endpoint())
        .isEqualTo(URI.create("https://blobs.example.org"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "azure:",
        "azure://",
        "azure://account",
        "azure://account/",
        "azure://Account/box",
        "azure://a/box",
        "azure://account/UPPER",
        "azure://account/a--b",
        "azure://key:hunter2@account/box",
        "azure://hunter2@account/box",
        "azure://account/box/a b",
        "azure://account/box/a//hunter2",
        "azure://account/box?sig=hunter2",
        "azure://account/box?endpoint=hunter2",
        "azure://account/box?endpoint=https://a:hunter2@host",
        "azure://account/box?endpoint=https://host?hunter2",
        "azure://account/box?endpoint=http://h&ca-file=/does/not/exist.pem"
      })
  void refusesWhatItCannotUseAndRepeatsNoSecret(String url) {
    refused(url, Map.of("AZURE_STORAGE_KEY", "aHVudGVyMg=="));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "AccountName=other;AccountKey=aHVudGVyMg==",
        "AccountName=account;AccountKey=hunter2!",
        "SharedAccessSignature=hunter2",
        "SharedAccessSignature=sig=hunter2 x",
        "SharedAccessSignature=sv=2021&sig=hunter2%",
        "SharedAccessSignature=sv=2021&sig=hunter2%zz",
        "BlobEndpoint=hunter2"
      })
  void refusesConnectionStringsThatAreNoneAndRepeatsNoSecret(String connection) {
    refused("azure://account/box", connection(connection));
  }

  @Test
  void whatIsSentAsItIsGoesToNobodyByHttp() {
    for (Map<String, String> environment :
        List.of(Map.<String, String>of(), Map.of("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=hunter2"))) {
      refused("azure://account/box?endpoint=http://storage.example.org", environment);
      for (String endpoint :
          List.of("https://h", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1")) {
        AzurePlace place = place("azure://account/box?endpoint=" + endpoint, environment);
        assertThat(AzureAuthority.of(place, context(environment)))
            .isNotInstanceOf(AzureAuthority.Key.class);
      }
    }
    Map<String, String> key = Map.of("AZURE_STORAGE_KEY", "aHVudGVyMg==");
    assertThat(AzureAuthority.of(place("azure://account/box?endpoint=http://h", key), context(key)))
        .isInstanceOf(AzureAuthority.Key.class);
  }

  private static void refused(String url, Map<String, String> environment) {
    BackupException refused =
        catchThrowableOfType(
            BackupException.class, () -> BlobStores.open(url, context(environment)).close());
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    assertThat(refused.text() + refused.hint() + refused.getCause())
        .doesNotContain("hunter2")
        .doesNotContain("aHVudGVyMg");
    assertThat(refused.hint()).isNotEmpty();
  }

  private static Map<String, String> connection(String value) {
    return Map.of("AZURE_STORAGE_CONNECTION_STRING", value);
  }

  private static AzurePlace place(String url, Map<String, String> environment) {
    return AzurePlace.of(StoreUrl.parse(url, "azure://a/b"), context(environment));
  }

  private static StoreContext context(Map<String, String> environment) {
    return new StoreContext(() -> Instant.EPOCH, Seeds.entropy(1), environment);
  }
}
