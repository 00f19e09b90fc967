package io.holdfast.engine.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.tree.TreeNames;
import io.holdfast.postgres.dump.SqlName;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DumpPathsTest {
  @Test
  void namesBecomeSegments() {
    assertThat(TreeNames.encoded("plain_1$")).isEqualTo("plain_1$");
    assertThat(TreeNames.encoded("a/b%c d\n")).isEqualTo("a%2fb%25c%20d%0a");
    assertThat(TreeNames.encoded("..")).isEqualTo("%2e.");
    assertThat(TreeNames.encoded("Ä.")).isEqualTo("Ä.");
  }

  @Test
  void filesOfADatabaseLieInTheOrderInWhichTheyAreWritten() {
    List<String> paths =
        Stream.of("a-b", "a")
            .flatMap(
                database ->
                    Stream.of(
                        DumpPaths.data(database, new SqlName("s", "t"), 0),
                        DumpPaths.data(database, new SqlName("s", "t"), 10),
                        DumpPaths.largeObjects(database, 0),
                        DumpPaths.schema(database),
                        DumpPaths.contents(database)))
            .toList();
    assertThat(paths).isSortedAccordingTo(TreeNames.ORDER);
    assertThat(paths.getLast()).isEqualTo("databases/a/toc");
    assertThat(DumpPaths.GLOBALS).isGreaterThan("databases/");
  }
}
