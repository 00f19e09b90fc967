package io.holdfast.postgres.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedLogTest {
  private static final int LIMIT = 100_000;

  @TempDir Path directory = Path.of("none");

  @Test
  void aLogHasTwoFilesOfLimitedSizeHoweverMuchIsSaid() throws Exception {
    Path file = directory.resolve("log");
    byte[] said = "one line\n".repeat(111_111).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    new BoundedLog(file, LIMIT).drain(new ByteArrayInputStream(said));
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("log", "log.1");
    assertThat(Files.size(file)).isBetween(1L, (long) LIMIT);
    assertThat(Files.size(directory.resolve("log.1"))).isBetween(LIMIT / 2L, (long) LIMIT);
    assertThat(file).content().endsWith("one line\n");
  }

  @Test
  void aLogThatCannotBeWrittenIsStillReadToItsEnd() throws IOException {
    ByteArrayInputStream said = new ByteArrayInputStream(new byte[LIMIT]);
    new BoundedLog(directory.resolve("missing/log"), LIMIT).drain(said);
    assertThat(said.available()).isZero();
  }
}
