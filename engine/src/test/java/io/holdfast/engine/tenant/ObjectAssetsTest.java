package io.holdfast.engine.tenant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.NewObject;
import io.holdfast.storage.StoredObject;
import io.holdfast.storage.testing.MemoryObjectPlace;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectAssetsTest extends AssetStoreContract {
  private final MemoryObjectPlace place = new MemoryObjectPlace();
  private final AssetStore store = new ObjectAssets(place);

  @Override
  protected AssetStore openEmpty() {
    return new ObjectAssets(new MemoryObjectPlace());
  }

  @Test
  void anObjectThatReplacesAnotherKeepsWhatWasSaidUnlessTheBackupKnowsBetter() throws IOException {
    store.write("a", Optional.empty(), saying("text/plain"));
    store.write("a", store.look("a"), content("new".getBytes(UTF_8)));
    assertThat(type()).isEqualTo("text/plain");

    store.write("a", store.look("a"), saying("text/html"));
    assertThat(type()).isEqualTo("text/html");
  }

  private String type() {
    return place
        .find("a")
        .map(StoredObject::headers)
        .orElseThrow()
        .getOrDefault("content-type", "");
  }

  private static NewObject saying(String type) {
    NewObject plain = content(type.getBytes(UTF_8));
    return new NewObject(plain.bytes(), plain.sha256(), Map.of("content-type", type), plain.body());
  }

  @Test
  void anObjectThatIsTooLargeIsRefusedByThePlan() {
    store.requireFits("a", 1 << 20);
    assertThatThrownBy(() -> store.requireFits("a", 6L << 30))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.RESTORE_BLOCKED);
              assertThat(e.hint()).contains("Nothing was changed");
            });
  }
}
