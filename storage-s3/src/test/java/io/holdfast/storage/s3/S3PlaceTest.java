package io.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.s3.S3Place.Addressing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3PlaceTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void readsAPlaceAtAmazon() {
    S3Place place = place("s3://Bucket.name_1/a/b?region=eu-central-1");

    assertThat(place)
        .isEqualTo(new S3Place("Bucket.name_1", "a/b/", "", "eu-central-1", Addressing.HOST, ""));
    assertThat(place.nameOf(new BlobKey("log/s/0"))).isEqualTo("a/b/log/s/0");
    assertThat(place.describe()).isEqualTo("bucket Bucket.name_1, folder a/b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://bucket", "s3://bucket/", "S3://bucket//"})
  void slashesAtTheEndsMeanNothing(String url) {
    assertThat(place(url).prefix()).isEmpty();
    assertThat(place(url + "/a/").prefix()).isEqualTo("a/");
  }

  @Test
  void readsAPlaceElsewhere() {
    S3Place place =
        place("s3://b-1/x?endpoint=https://s3.example.org:9000/&ca-file=/etc/my%20ca.pem");

    assertThat(place.endpoint()).isEqualTo("https://s3.example.org:9000");
    assertThat(place.addressing()).isEqualTo(Addressing.PATH);
    assertThat(place.region()).isEqualTo("us-east-1");
    assertThat(place.caFile()).isEqualTo("/etc/my ca.pem");
    assertThat(place("s3://b-1?endpoint=http://h&path-style=false").addressing())
        .isEqualTo(Addressing.HOST);
  }

  @Test
  void theEnvironmentFillsWhatTheUrlLeavesOut() {
    Map<String, String> environment =
        Map.of("AWS_DEFAULT_REGION", "eu-west-1", "AWS_ENDPOINT_URL", "https://e.example.org");

    S3Place place = place("s3://bucket", environment);
    assertThat(place.region()).isEqualTo("eu-west-1");
    assertThat(place.endpoint()).isEqualTo("https://e.example.org");
    assertThat(place("s3://bucket?region=r-1&endpoint=http://h", environment).endpoint())
        .isEqualTo("http://h");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3:",
        "s3://",
        "s3:///path",
        "s3:bucket/path",
        "s3://AKIA:hunter2@bucket/x",
        "s3://hunter2@bucket/x",
        "s3://bucket:9000/x",
        "s3://bucket/a b",
        "s3://bucket/a%20b",
        "s3://bucket/a//hunter2",
        "s3://bucket/../x",
        "s3://bucket/x#hunter2",
        "s3://bucket/x?hunter2",
        "s3://bucket/x?secret=hunter2",
        "s3://bucket/x?region=a&region=hunter2",
        "s3://bucket/x?region=hunter2%2F",
        "s3://bucket/x?path-style=hunter2",
        "s3://bucket/x?endpoint=hunter2",
        "s3://bucket/x?endpoint=ftp://hunter2",
        "s3://bucket/x?endpoint=https://a:hunter2@host",
        "s3://bucket/x?endpoint=https://host/hunter2",
        "s3://bucket/x?endpoint=http://h&ca-file=/does/not/exist.pem",
        "s3://bucket/%zzhunter2"
      })
  void refusesWhatItCannotUseAndRepeatsNoSecret(String url) {
    BackupException refused =
        catchThrowableOfType(
            BackupException.class, () -> BlobStores.open(url, context(Map.of())).close());
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    assertThat(refused.text() + refused.hint() + refused.getCause()).doesNotContain("hunter2");
    assertThat(refused.hint()).isNotEmpty();
  }

  @Test
  void aFileThatHoldsNoCertificateIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("ca.pem"), "nothing of that kind");
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () ->
                BlobStores.open("s3://bucket?endpoint=https://h&ca-file=" + file, context(Map.of()))
                    .close());
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    assertThat(refused.text()).contains("ca.pem");
  }

  @Test
  void contextsAndPlacesPrintNoSecret() {
    StoreContext context = context(Map.of("AWS_SECRET_ACCESS_KEY", "hunter2"));
    assertThat(context.toString()).doesNotContain("hunter2");
    assertThat(StoreUrl.parse("s3://b/x?o=hunter2", "").toString()).isEqualTo("s3://b/x");
  }

  /// The chain of this machine would answer otherwise only inside a cloud.
  @Test
  void missingCredentialsAreNamed() throws IOException {
    System.setProperty("aws.disableEc2Metadata", "true");
    try (BlobStore store =
        BlobStores.open("s3://bucket?endpoint=http://127.0.0.1:9", context(Map.of()))) {
      assertThatThrownBy(() -> store.get(new BlobKey("a"), 1))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("no credentials")
          .satisfies(
              e -> assertThat(((StoreRefusedException) e).advice()).contains("AWS_ACCESS_KEY_ID"));
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
    }
  }

  /// Otherwise keys of somebody else would be found elsewhere.
  @ParameterizedTest
  @ValueSource(strings = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
  void halfOfTheKeysOpensNothing(String only) {
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () ->
                BlobStores.open("s3://bucket?endpoint=https://h", context(Map.of(only, "hunter2")))
                    .close());
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
    assertThat(refused.text()).contains("AWS_SECRET_ACCESS_KEY").doesNotContain("hunter2");
  }

  private static S3Place place(String url) {
    return place(url, Map.of());
  }

  private static S3Place place(String url, Map<String, String> environment) {
    return S3Place.of(StoreUrl.parse(url, "s3://bucket/folder"), context(environment));
  }

  private static StoreContext context(Map<String, String> environment) {
    return new StoreContext(() -> Instant.EPOCH, Seeds.entropy(1), environment);
  }
}
