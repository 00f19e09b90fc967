package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void writesNestedValuesInTheirOrder() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", 1L);
    map.put("a", List.of(true, "x"));
    map.put("none", Optional.empty());
    assertThat(Json.write(map))
        .isEqualTo("{\n  \"b\": 1,\n  \"a\": [\n    true,\n    \"x\"\n  ],\n  \"none\": null\n}");
  }

  @Test
  void escapesWhatJsonDoesNotAllow() {
    assertThat(Json.write("a\"b\\c\n\u0001é")).isEqualTo("\"a\\\"b\\\\c\\n\\u0001é\"");
  }

  @Test
  void writesEmptyCollectionsOnOneLine() {
    assertThat(Json.write(List.of())).isEqualTo("[]");
    assertThat(Json.write(Map.of())).isEqualTo("{}");
  }
}
