package io.holdfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Runs the model of the commit and prune protocol; `docs/testing/protocol-model.md` explains it.
class ProtocolModelTest {
  @Test
  void isSafeAndNeedsEachOfItsRules() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", "gc_check.py"));
    if (Seeds.thorough()) {
      command.add("--thorough");
    }
    Process process = start(command);
    List<String> lines;
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      lines = output.lines().toList();
    }
    String all = String.join("\n", lines);

    assertThat(process.waitFor()).as(all).isZero();
    assertThat(all).doesNotContain("WRONG");
    assertThat(lines.getLast()).matches("\\d+ configurations, \\d+ rules removed, 0 wrong");
    assertThat(lines).filteredOn(line -> line.startsWith("safe: ")).hasSizeGreaterThan(10);
    assertThat(lines)
        .as("something happened in the model: a search that goes nowhere is always safe")
        .anyMatch(line -> line.contains("seen: buried, committed, killed, sealed"));
    for (String rule :
        List.of(
            "register-late",
            "plain-commit",
            "mark-no-patch",
            "mark-no-prefix",
            "delete-slots-early",
            "no-second-look",
            "believe-forged")) {
      assertThat(lines).anyMatch(line -> line.startsWith("caught: " + rule + ":"));
    }
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command)
          .directory(Path.of("..", "models").toFile())
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      return fail("python3 is needed to check the protocol model: apt-get install python3", e);
    }
  }
}
