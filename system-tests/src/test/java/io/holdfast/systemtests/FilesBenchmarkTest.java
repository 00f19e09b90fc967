package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The benchmark of files on a small tree and without peers. Its figures say nothing here; that
/// what was restored is what was backed up does.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason = "a benchmark: minutes by itself, so only with -Pthorough")
class FilesBenchmarkTest {
  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aChangedTreeComesBackAsItIs() throws IOException {
    Path script = Path.of("..", "benchmarks", "files.sh").toAbsolutePath().normalize();

    Command.Ended ended =
        Command.run(
            scratch,
            Map.of(
                "TOOLS", "holdfast",
                "RUNS", "1",
                "WORK", scratch.resolve("work").toString(),
                "HOLDFAST", Program.HOME.resolve("bin", "holdfast").toString(),
                "JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString()),
            List.of(script.toString(), "600", "0.02"));

    assertThat(ended.status()).as(ended.all()).isZero();
    assertThat(ended.out())
        .contains("made, holdfast: rsync names 0 differences")
        .containsPattern("\\| first \\| holdfast \\| [0-9]+\\.[0-9]{2} \\|")
        .containsPattern("\\| restore \\| holdfast \\| [0-9]+\\.[0-9]{2} \\|");
  }
}
