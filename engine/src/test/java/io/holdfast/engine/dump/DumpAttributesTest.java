package io.holdfast.engine.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a dump says of itself in its record.
class DumpAttributesTest {
  private static DumpAttributes of(Map<String, String> values) {
    return new DumpAttributes(new TreeMap<>(values));
  }

  @Test
  void aDumpSaysWhichDatabasesItHas() {
    DumpAttributes attributes =
        of(
            Map.of(
                "database.0",
                "b",
                "database.1",
                "a",
                "database.2",
                "c",
                "identities",
                "7/5 - 7/9"));
    assertThat(attributes.databases()).isEqualTo(List.of("a", "b", "c"));
    assertThat(attributes.identity("b")).contains("7/5");
    assertThat(attributes.identity("a")).isEmpty();
    assertThat(attributes.identity("c")).contains("7/9");
    assertThat(attributes.identity("d")).isEmpty();
  }

  @Test
  void anOlderDumpDoesNotSayIt() {
    assertThat(of(Map.of("database.0", "a")).identity("a")).isEmpty();
  }

  @Test
  void moreIdentitiesThanDatabasesAreNobodys() {
    assertThat(of(Map.of("database.0", "a", "identities", "- 7/5")).identity("a")).isEmpty();
  }
}
