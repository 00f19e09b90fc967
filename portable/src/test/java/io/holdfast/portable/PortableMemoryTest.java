package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory does not follow the size of a file: a heap of 64 MiB is enough for any.
class PortableMemoryTest {
  private static final long BYTES = Seeds.thorough() ? 1L << 30 : 100L << 20;

  @TempDir private Path directory = Path.of("");

  @Test
  void aSmallHeapWritesSealsAndReadsMuch() throws IOException, InterruptedException {
    Path file = directory.resolve("large.tar.enc");
    run("write", file);
    assertThat(Files.size(file)).isGreaterThan(BYTES);
    run("read", file);
    run("erp", directory.resolve("large.enc"));
  }

  private static void run(String what, Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
                what,
                file.toString(),
                Long.toString(BYTES))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(what + ": " + output).isZero();
  }
}
