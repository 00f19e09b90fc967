package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectPlacesTest {
  @Test
  void tellsDirectoriesFromUrls() {
    assertThat(ObjectPlaces.directory("files")).contains(Path.of("files"));
    assertThat(ObjectPlaces.directory("/srv/a:b")).contains(Path.of("/srv/a:b"));
    assertThat(ObjectPlaces.directory("file:///srv/files")).contains(Path.of("/srv/files"));
    assertThat(ObjectPlaces.directory("s3://bucket/folder")).isEmpty();
    assertThat(ObjectPlaces.directory("unknown://host")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "file://host:x y", "a\0b"})
  void refusesPlacesThatNobodyCanRead(String place) {
    assertThatThrownBy(() -> ObjectPlaces.directory(place))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL));
  }

  @Test
  void saysWhichUrlsItTakes() {
    var context = new StoreContext(InstantSource.system(), Seeds.entropy(1), Map.of());
    assertThatThrownBy(() -> ObjectPlaces.open("unknown://me:planted@host/x", context))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL);
              assertThat(e.text() + e.hint())
                  .contains("unknown:")
                  .contains("s3://")
                  .doesNotContain("planted");
            });
  }
}
