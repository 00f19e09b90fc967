package io.holdfast.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoadOrderTest {
  @Test
  void tablesWithoutKeysAreFilledAtOnce() {
    assertThat(order("a b c").layers()).containsExactly(names("a b c"));
  }

  @Test
  void whatOthersPointToComesFirst() {
    LoadOrder order = order("a b c d", "a>b", "b>c", "a>c", "d>c", "d>elsewhere", "elsewhere>a");
    assertThat(order.layers()).hasSize(3);
    assertThat(order.layers().get(0)).isEqualTo(names("c"));
    assertThat(order.layers().get(1)).containsExactlyInAnyOrderElementsOf(names("b d"));
    assertThat(order.layers().get(2)).isEqualTo(names("a"));
    assertThat(order.tangled()).isEmpty();
  }

  @Test
  void aTableMayPointToItself() {
    assertThat(order("a", "a>a").layers()).containsExactly(names("a"));
  }

  @Test
  void tablesThatPointToEachOtherAreTangledAndWhatPointsToThem() {
    LoadOrder order = order("a b c d", "a>b", "b>a", "c>a", "a>d");
    assertThat(order.layers()).containsExactly(names("d"));
    assertThat(order.tangled()).containsExactlyElementsOf(names("a b c"));
  }

  private static LoadOrder order(String tables, String... keys) {
    return LoadOrder.of(
        names(tables),
        Stream.of(keys)
            .map(key -> new LoadOrder.Key(name(key.split(">")[0]), name(key.split(">")[1])))
            .toList());
  }

  private static List<SqlName> names(String text) {
    return Stream.of(text.split(" ")).map(LoadOrderTest::name).toList();
  }

  private static SqlName name(String text) {
    return new SqlName("s", text);
  }
}
