package io.holdfast.storage.gcs;

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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcsPlaceTest {
  @Test
  void readsPlaces() {
    assertThat(GcsPlace.of(StoreUrl.parse("gs://my.bucket/a/b/", "")))
        .isEqualTo(
            new GcsPlace("my.bucket", "a/b/", URI.create("https://storage.googleapis.com"), ""));
    GcsPlace elsewhere =
        GcsPlace.of(StoreUrl.parse("gs://bucket?endpoint=https://h:1/&ca-file=/ca.pem", ""));
    assertThat(elsewhere)
        .isEqualTo(new GcsPlace("bucket", "", URI.create("https://h:1"), "/ca.pem"));
    assertThat(elsewhere.describe()).isEqualTo("bucket bucket, at https://h:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gs:",
        "gs://",
        "gs://UPPER/x",
        "gs://hunter2@bucket/x",
        "gs://a:hunter2@bucket/x",
        "gs://bucket/a b",
        "gs://bucket/a//hunter2",
        "gs://bucket/x?key=hunter2",
        "gs://bucket/x?endpoint=hunter2",
        "gs://bucket/x?endpoint=http://storage.example.org",
        "gs://bucket/x?ca-file=/does/not/exist.pem"
      })
  void refusesWhatItCannotUseAndRepeatsNoSecret(String url) {
    var context = new StoreContext(() -> Instant.EPOCH, Seeds.entropy(1), Map.of());
    BackupException refused =
        catchThrowableOfType(BackupException.class, () -> BlobStores.open(url, context).close());
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_URL);
    assertThat(refused.text() + refused.hint() + refused.getCause()).doesNotContain("hunter2");
  }
}
