package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Segments on their way in and out in a Java machine with less memory than the shipped one, so
/// that two copies of the smaller size would be too much for it.
class LargeSegmentsTest {
  private static final List<String> MEMORY =
      List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:MaxDirectMemorySize=64m");

  @TempDir private Path directory = Path.of("");

  /// The largest that there is takes a minute and 6 GB of disk.
  static IntStream megabytes() {
    return Seeds.thorough() ? IntStream.of(64, 1024) : IntStream.of(64);
  }

  @ParameterizedTest(name = "{0} MiB")
  @MethodSource("megabytes")
  void aSegmentNeedsNoMemoryOfItsSize(int megabytes) throws Exception {
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(command(megabytes))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(15, TimeUnit.MINUTES)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readAllLines(log)).contains("all of " + megabytes + " MiB");
  }

  private List<String> command(int megabytes) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(MEMORY);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.add(LargeSegments.class.getName());
    command.add(Files.createDirectory(directory.resolve("large")).toString());
    command.add(Integer.toString(megabytes));
    return command;
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
