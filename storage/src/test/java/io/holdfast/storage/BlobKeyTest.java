package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobKeyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "..",
        "../a",
        "a/..",
        "a/../b",
        "a/./b",
        "~tmp",
        "a b",
        "a\\b",
        "a\0b",
        "ä",
        "a:b",
        "a\nb",
        "%2e%2e/a",
        "*",
        "a\u2215b"
      })
  void refusesNamesThatCouldLeadElsewhere(String name) {
    assertThat(BlobKey.isKey(name)).isFalse();
    assertThatThrownBy(() -> new BlobKey(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNamesThatFileSystemsCannotHold() {
    String longest = "x".repeat(BlobKey.SEGMENT_LENGTH_MAX);
    assertThat(BlobKey.isKey(longest)).isTrue();
    assertThat(BlobKey.isKey(longest + "x")).isFalse();
    assertThat(BlobKey.isKey(longest + "/" + longest)).isTrue();
    assertThat(BlobKey.isKey(longest + "/" + longest + "/x")).isFalse();
    assertThat(BlobKey.isKey("x/".repeat(255) + "xx")).isTrue();
  }

  @Test
  void ordersByCharacters() {
    assertThat(new BlobKey("a-b")).isLessThan(new BlobKey("a/b"));
    assertThat(new BlobKey("Z")).isLessThan(new BlobKey("a"));
  }
}
