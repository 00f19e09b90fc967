package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.datadir.TablespaceMap.Tablespace;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablespaceMapTest {
  @Test
  void readsAndWritesWhatAServerWrites() throws Exception {
    try (TestCluster cluster = TestCluster.create(TestPrograms.WITH_TOOLS)) {
      Path plain = Files.createDirectory(cluster.place().directory().resolve("plain"));
      Path strange =
          Files.createDirectory(cluster.place().directory().resolve("a b\\c\nd = \"e\" \\"));
      cluster.start();
      String map;
      try (Connection connection = cluster.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("SET allow_system_table_mods = on");
        statement.execute("CREATE TABLESPACE plain LOCATION '" + plain + "'");
        statement.execute("CREATE TABLESPACE strange LOCATION '" + strange + "'");
        statement.execute("SELECT pg_backup_start('x', true)");
        map =
            TestCluster.sql(connection, "SELECT spcmapfile FROM pg_backup_stop(false)").getFirst();
      }
      TablespaceMap parsed = TablespaceMap.parse(map);
      assertThat(parsed.tablespaces())
          .extracting(Tablespace::location)
          .containsExactlyInAnyOrder(plain.toString(), strange.toString());
      assertThat(parsed.format()).isEqualTo(map);
    }
  }

  @Test
  void movesWhatIsNamedAndLeavesTheRest() {
    TablespaceMap map =
        new TablespaceMap(List.of(new Tablespace(1, "/a"), new Tablespace(2, "/b")));
    assertThat(map.moved(Map.of("/b", "/c")).format()).isEqualTo("1 /a\n2 /c\n");
  }

  @Test
  void refusesMovesThatNameNothingOrCollide() {
    TablespaceMap map =
        new TablespaceMap(List.of(new Tablespace(1, "/a"), new Tablespace(2, "/b")));
    assertThatThrownBy(() -> map.moved(Map.of("/x", "/c")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("/x");
    assertThatThrownBy(() -> map.moved(Map.of("/a", "/b")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("/b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x /a\n", "12\n", "12 \n", " /a\n"})
  void refusesMalformedLines(String text) {
    assertThatThrownBy(() -> TablespaceMap.parse(text)).isInstanceOf(BackupException.class);
  }
}
