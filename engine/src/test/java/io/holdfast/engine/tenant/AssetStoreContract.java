package io.holdfast.engine.tenant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.tenant.AssetStore.Seen;
import io.holdfast.storage.NewObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every promise of [AssetStore]. Each kind has a subclass that opens an empty one.
abstract class AssetStoreContract {
  @TempDir Path directory;

  private AssetStore store;

  /// An empty store.
  protected abstract AssetStore openEmpty() throws IOException;

  @BeforeEach
  void openStore() throws IOException {
    store = openEmpty();
  }

  @AfterEach
  void closeStore() throws IOException {
    store.close();
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    byte[] bytes = Seeds.entropy(1).bytes((9 << 20) + 7);
    store.write("recordings/a b/é.ogg", Optional.empty(), content(bytes));

    AssetStore.Found found = store.open("recordings/a b/é.ogg").orElseThrow();
    assertThat(found.bytes()).isEqualTo(bytes.length);
    assertThat(all(found)).isEqualTo(bytes);
    assertThat(state("recordings/a b/é.ogg")).isEqualTo(hash(bytes));
  }

  @Test
  void whatIsNotThereIsNothing() throws IOException {
    assertThat(store.open("a")).isEmpty();
    assertThat(store.look("a")).isEmpty();
    assertThat(store.look("a", 3)).isEmpty();
  }

  @Test
  void looksByContent() throws IOException {
    write("a", "first");

    assertThat(store.look("a", 5).orElseThrow().state()).isEqualTo(hash("first".getBytes(UTF_8)));
    assertThat(store.look("a", 7).orElseThrow().state())
        .as("what a longer file is compared with")
        .isNotEqualTo(hash("another".getBytes(UTF_8)))
        .isNotEmpty();
  }

  @Test
  void createsOnlyWhereNothingIs() throws IOException {
    write("a", "first");

    assertChanged(() -> write("a", "second"));
    assertThat(text("a")).isEqualTo("first");
  }

  @Test
  void replacesWhatItLookedAt() throws IOException {
    write("a", "first");
    Seen whole = store.look("a").orElseThrow();
    store.write("a", Optional.of(whole), content("second".getBytes(UTF_8)));
    assertThat(text("a")).isEqualTo("second");

    Seen lengthOnly = store.look("a", 1).orElseThrow();
    store.write("a", Optional.of(lengthOnly), content("3".getBytes(UTF_8)));
    assertThat(text("a")).isEqualTo("3");
  }

  @Test
  void replacesNothingElse() throws IOException {
    write("a", "first");
    Seen first = store.look("a").orElseThrow();
    store.delete("a", first);
    assertChanged(() -> store.write("a", Optional.of(first), content(new byte[3])));
    assertThat(store.look("a")).isEmpty();

    write("a", "other");
    assertChanged(() -> store.write("a", Optional.of(first), content(new byte[3])));
    assertThat(text("a")).isEqualTo("other");
  }

  @Test
  void deletesWhatItLookedAtAndNothingElse() throws IOException {
    write("a", "first");
    write("b", "b");
    Seen first = store.look("a").orElseThrow();
    store.write("a", Optional.of(first), content("other".getBytes(UTF_8)));

    assertChanged(() -> store.delete("a", first));
    assertThat(text("a")).isEqualTo("other");
    store.delete("a", store.look("a").orElseThrow());
    assertThat(store.look("a")).isEmpty();
    assertThat(text("b")).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "a/../../x", "", "."})
  void namesDoNotLeadOut(String key) {
    assertFails(ErrorCode.BAD_ARGUMENT, () -> store.open(key));
    assertFails(ErrorCode.BAD_ARGUMENT, () -> store.look(key));
    assertFails(ErrorCode.BAD_ARGUMENT, () -> write(key, "x"));
    assertFails(ErrorCode.BAD_ARGUMENT, () -> store.delete(key, Seen.NONE));
  }

  private static void assertChanged(ThrowingCallable change) {
    assertFails(ErrorCode.PLAN_CHANGED, change);
  }

  private static void assertFails(ErrorCode code, ThrowingCallable change) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(BackupException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private void write(String key, String text) throws IOException {
    store.write(key, Optional.empty(), content(text.getBytes(UTF_8)));
  }

  private String text(String key) throws IOException {
    return new String(all(store.open(key).orElseThrow()), UTF_8);
  }

  private String state(String key) throws IOException {
    return store.look(key).orElseThrow().state();
  }

  private static byte[] all(AssetStore.Found found) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    found.copyTo(all::write);
    return all.toByteArray();
  }

  static NewObject content(byte[] bytes) {
    return new NewObject(
        bytes.length, hash(bytes), Map.of(), () -> new ByteArrayInputStream(bytes));
  }

  private static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(AssetStore.sha256().digest(bytes));
  }
}
