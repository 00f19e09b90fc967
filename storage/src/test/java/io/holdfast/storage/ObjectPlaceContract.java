package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.ObjectPlace.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every promise of [ObjectPlace]. Each kind has a subclass that opens an empty one.
public abstract class ObjectPlaceContract {
  private static final String GONE = "no-such-version";

  private ObjectPlace place;

  /// An empty place.
  protected abstract ObjectPlace openEmpty() throws IOException;

  @BeforeEach
  void openPlace() throws IOException {
    place = openEmpty();
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  @Test
  void givesBackWhatWasPutPieceByPiece() throws IOException {
    byte[] bytes = Seeds.entropy(1).bytes(ObjectPlace.PIECE_BYTES_MAX * 2 + 17);

    assertThat(create("a/large", bytes)).isEqualTo(Outcome.DONE);

    assertThat(place.find("a/large").orElseThrow().bytes()).isEqualTo(bytes.length);
    assertThat(all("a/large")).isEqualTo(bytes);
  }

  @Test
  void anObjectWithoutBytesIsAnObject() throws IOException {
    assertThat(place.find("empty")).isEmpty();
    assertThat(create("empty", new byte[0])).isEqualTo(Outcome.DONE);
    assertThat(place.find("empty").orElseThrow().bytes()).isZero();
    assertThat(create("empty", new byte[0])).isEqualTo(Outcome.CHANGED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.pdf",
        "a/b/c",
        "with space and+plus",
        "per%20cent%",
        "käse/日本/😀.txt",
        "a&b=c?d#e;f:g@h",
        "quote'\"<>",
        "double//slash",
        "dots..in/na.me"
      })
  void takesKeysOfAllCharacters(String key) throws IOException {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);

    assertThat(create(key, bytes)).isEqualTo(Outcome.DONE);
    assertThat(all(key)).isEqualTo(bytes);
    assertThat(place.delete(key, version(key))).isEqualTo(Outcome.DONE);
    assertThat(place.find(key)).isEmpty();
  }

  @Test
  void createsOnlyWhereNothingIs() throws IOException {
    create("one", bytes("first"));

    assertThat(create("one", bytes("second"))).isEqualTo(Outcome.CHANGED);
    assertThat(all("one")).isEqualTo(bytes("first"));
  }

  @Test
  void replacesOnlyTheVersionThatWasLookedAt() throws IOException {
    create("one", bytes("first"));
    String first = version("one");

    assertThat(put("one", Optional.of(first), bytes("second"))).isEqualTo(Outcome.DONE);
    assertThat(put("one", Optional.of(first), bytes("third"))).isEqualTo(Outcome.CHANGED);
    assertThat(all("one")).isEqualTo(bytes("second"));
    assertThat(version("one")).isNotEqualTo(first);
    assertThat(put("nothing", Optional.of(first), bytes("x"))).isEqualTo(Outcome.CHANGED);
    assertThat(place.find("nothing")).isEmpty();
  }

  @Test
  void removesOnlyTheVersionThatWasLookedAt() throws IOException {
    create("one", bytes("first"));
    String first = version("one");
    put("one", Optional.of(first), bytes("second"));

    assertThat(place.delete("one", first)).isEqualTo(Outcome.CHANGED);
    assertThat(all("one")).isEqualTo(bytes("second"));
    assertThat(place.delete("one", version("one"))).isEqualTo(Outcome.DONE);
    assertThat(place.find("one")).isEmpty();
    assertThat(place.delete("one", first)).isEqualTo(Outcome.CHANGED);
  }

  @Test
  void readsNoOtherVersionThanTheOneThatWasFound() throws IOException {
    create("one", bytes("first"));
    String first = version("one");
    put("one", Optional.of(first), bytes("other"));

    assertThatThrownBy(() -> place.read("one", first, 0, 5))
        .isInstanceOf(ObjectChangedException.class);
    assertThatThrownBy(() -> place.read(GONE, first, 0, 5))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(place.read("one", version("one"), 1, 3)).isEqualTo(bytes("the"));
  }

  @Test
  void keepsWhatIsSaidAboutAnObject() throws IOException {
    Map<String, String> headers =
        Map.of(
            "content-type",
            "application/pdf",
            "content-disposition",
            "attachment; filename=\"a.pdf\"",
            "cache-control",
            "private",
            "content-language",
            "de",
            "x-amz-meta-case",
            "C-17");

    place.put("one", Optional.empty(), content(bytes("pdf"), headers));

    assertThat(place.find("one").orElseThrow().headers()).isEqualTo(headers);
  }

  @Test
  void saysWhatCannotBePut() {
    assertThat(place.obstacle("one", 1 << 20)).isEmpty();
    assertThat(place.obstacle("one", (5L << 30) + 1)).isPresent();
  }

  private Outcome create(String key, byte[] bytes) throws IOException {
    return put(key, Optional.empty(), bytes);
  }

  private Outcome put(String key, Optional<String> before, byte[] bytes) throws IOException {
    return place.put(key, before, content(bytes, Map.of()));
  }

  private String version(String key) throws IOException {
    return place.find(key).orElseThrow().version();
  }

  private byte[] all(String key) throws IOException {
    StoredObject found = place.find(key).orElseThrow();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (all.size() < found.bytes()) {
      int length = (int) Math.min(ObjectPlace.PIECE_BYTES_MAX, found.bytes() - all.size());
      all.writeBytes(place.read(key, found.version(), all.size(), length));
    }
    return all.toByteArray();
  }

  /// Something to put.
  public static NewObject content(byte[] bytes, Map<String, String> headers) {
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new NewObject(
          bytes.length,
          HexFormat.of().formatHex(sha),
          headers,
          () -> new ByteArrayInputStream(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
