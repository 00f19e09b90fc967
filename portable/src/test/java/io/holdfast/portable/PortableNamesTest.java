package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortableNamesTest {
  @ParameterizedTest
  @CsvSource({
    "a.mp3, a.mp3",
    "a/b/c, a/b/c",
    "/a, %2Fa",
    "a/, a%2F",
    "a//b, a/%2Fb",
    "///, %2F%2F%2F",
    ".., %2E%2E",
    "../x, %2E%2E/x",
    "a/../b, a/%2E%2E/b",
    "a/./b, a/%2E/b",
    "..., ...",
    ".hidden, .hidden",
    "a%2Fb, a%252Fb",
    "C:\\x, C%3A%5Cx",
    "\u00e4\u4e2d, \u00e4\u4e2d"
  })
  void namesOfAssetsStayInTheirDirectory(String name, String file) {
    assertThat(PortableNames.ofAsset("audio", name)).isEqualTo("assets/audio/" + file);
  }

  @Test
  void differentNamesStayDifferent() {
    String alphabet = "a./\\%:2FE\n\u0085\u00e4";
    SplittableRandom random = Seeds.random(1);
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      StringBuilder name = new StringBuilder();
      for (int j = random.nextInt(6); j >= 0; j--) {
        name.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String file = PortableNames.ofAsset("g", name.toString());
      String before = names.put(file, name.toString());
      assertThat(before == null || before.contentEquals(name)).as(file).isTrue();
      assertThat(file.substring(9).split("/", -1)).doesNotContain("", ".", "..");
      assertThat(URLDecoder.decode(file.substring(9), StandardCharsets.UTF_8))
          .isEqualTo(name.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"users", "auditLogs", "public.users", "_x", "9", "a-b"})
  void exportNames(String name) {
    assertThat(PortableNames.isPlain(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a..b", "a.", ".a", "-a", "a/b", "a b", "\u00e4", "a\n", "a\u0000"})
  void otherExportNamesAreRefused(String name) {
    assertThat(PortableNames.isPlain(name)).isFalse();
    assertThatThrownBy(() -> PortableNames.requirePlain(name, "a name"))
        .hasMessageContaining("cannot be a name");
  }

  @Test
  void namesOfAssetsHaveALength() {
    assertThatThrownBy(() -> PortableNames.ofAsset("g", "")).hasMessageContaining("0 bytes");
    assertThatThrownBy(() -> PortableNames.ofAsset("g", "\u00e4".repeat(513)))
        .hasMessageContaining("1026 bytes");
    assertThatThrownBy(() -> PortableNames.ofAsset("g", "\ud800")).hasMessageContaining("no text");
  }
}
