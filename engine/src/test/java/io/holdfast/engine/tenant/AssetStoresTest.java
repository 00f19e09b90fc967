package io.holdfast.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.engine.testing.TestEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssetStoresTest {
  @Test
  void theVariablesOfAStoreBeginWithItsName() {
    assertThat(AssetStores.prefix("docs")).isEqualTo("HOLDFAST_STORE_DOCS_");
    assertThat(AssetStores.prefix("audio-2.eu")).isEqualTo("HOLDFAST_STORE_AUDIO_2_EU_");
  }

  @Test
  void aPlaceIsADirectoryOrAUrlWhichIsNotShown() {
    Path here = Path.of("/srv/app");
    assertThat(StorePlace.of("files", here))
        .isEqualTo(new StorePlace.Directory(Path.of("/srv/app/files")));
    assertThat(StorePlace.of("/data", here)).isEqualTo(new StorePlace.Directory(Path.of("/data")));
    assertThat(StorePlace.of("s3://id:planted@bucket", here).toString()).doesNotContain("planted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3://id:planted@bucket/x", "unknown://planted/x", "s3://bucket/x?option=planted"})
  void saysWhichStoreHasABadUrl(String url) {
    Map<String, StorePlace> places = Map.of("docs", new StorePlace.Bucket(url));
    assertThatThrownBy(() -> AssetStores.open(TestEngine.context(), places))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL);
              assertThat(e.text()).contains("store docs");
              assertThat(e.text() + e.hint()).doesNotContain("planted");
            });
  }

  @Test
  void storesSayWhereTheyAre() throws IOException {
    Map<String, StorePlace> places =
        Map.of(
            "docs", new StorePlace.Directory(Path.of("/srv/x/../docs")),
            "audio", new StorePlace.Directory(Path.of("/srv/audio")));
    try (AssetStores stores = AssetStores.open(TestEngine.context(), places)) {
      assertThat(stores.places()).isEqualTo("{audio=/srv/audio, docs=/srv/docs}");
      assertThat(stores.find("docs")).isPresent();
      assertThat(stores.find("other")).isEmpty();
    }
  }
}
