package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Every hint about wrong use says "'holdfast COMMAND --help' explains the options".
class HelpTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void everyCommandExplainsItself() {
    List<List<String>> commands = new ArrayList<>();
    collect(Main.commandLine(TestContext.silent()), List.of(), commands);
    assertThat(commands).hasSizeGreaterThan(20);
    for (List<String> command : commands) {
      for (String help : List.of("--help", "-h")) {
        TestContext context = new TestContext(Map.of(), directory);
        List<String> line = new ArrayList<>(command);
        line.add(help);

        assertThat(context.run(line.toArray(String[]::new))).as("%s", line).isZero();
        assertThat(context.stdout()).as("%s", line).contains("Usage:").contains("--help");
        assertThat(context.stderr()).as("%s", line).isEmpty();
      }
    }
  }

  private static void collect(
      CommandLine command, List<String> words, List<List<String>> commands) {
    commands.add(words);
    command
        .getSubcommands()
        .forEach(
            (name, below) -> {
              List<String> more = new ArrayList<>(words);
              more.add(name);
              collect(below, more, commands);
            });
  }
}
