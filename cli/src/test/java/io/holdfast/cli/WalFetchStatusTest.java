package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Only a file that is certainly absent may look absent to the server: all trouble is 126 or more.
class WalFetchStatusTest {
  private static final String SEGMENT = "000000010000000000000001";

  @TempDir private Path directory = Path.of("");

  @Test
  void isTroubleWithoutTheCapabilityFile() {
    assertTrouble("HF-1013", "wal", "fetch", "--capability", "none", SEGMENT, "out");
  }

  @Test
  void isTroubleWithAGarbledCapabilityFile() throws IOException {
    Files.writeString(directory.resolve("bad"), "Holdfast WAL capability, version 1\nrubbish\n");
    assertTrouble("HF-1013", "wal", "fetch", "--capability", "bad", SEGMENT, "out");
    Files.writeString(directory.resolve("bad"), "Holdfast WAL capability, version 2\n");
    assertTrouble("HF-1013", "wal", "fetch", "--capability", "bad", SEGMENT, "out");
    Files.writeString(directory.resolve("bad"), "");
    assertTrouble("HF-1013", "wal", "fetch", "--capability", "bad", SEGMENT, "out");
  }

  @Test
  void isTroubleWithoutARepositoryOrWithAWrongCommandLine() {
    assertTrouble("HF-1020", "wal", "fetch", "--repo", "none", SEGMENT, "out");
    assertTrouble("HF-1001", "wal", "fetch", "--capability");
    assertTrouble("HF-1001", "wal", "fetch", SEGMENT);
  }

  @Test
  void holdsWithOptionsBetweenTheWordsAndForNoOtherCommand() {
    assertTrouble("HF-1020", "wal", "--repo", "none", "fetch", SEGMENT, "out");
    assertTrouble("HF-1001", "wal", "--no-such", "fetch", SEGMENT, "out");
    TestContext context = new TestContext(Map.of(), directory);
    assertThat(context.run("list", "--repo", "/x/wal fetch/y")).isEqualTo(2);
  }

  private void assertTrouble(String code, String... command) {
    TestContext context = new TestContext(Map.of(), directory);
    assertThat(context.run(command)).isGreaterThanOrEqualTo(126);
    assertThat(context.stderr()).contains(code).contains("hint:");
    assertThat(directory.resolve("out")).doesNotExist();
  }
}
