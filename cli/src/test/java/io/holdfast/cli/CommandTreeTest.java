package io.holdfast.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandTreeTest {
  @ParameterizedTest
  @MethodSource("commands")
  void aNamedCommandIsMadeAsInTheWholeTreeAndNoOtherBesideIt(List<String> path) {
    CommandLine whole = Main.commandLine(TestContext.silent());
    CommandLine enough = CommandTree.enoughFor(path, new WalCommand(), TestContext.silent());

    CommandLine at = enough;
    for (String name : path) {
      // `list` stands at the top too, so a path may open one more there.
      assertThat(at.getSubcommands().keySet()).contains(name).isSubsetOf(path);
      at = requireNonNull(at.getSubcommands().get(name));
      whole = requireNonNull(whole.getSubcommands().get(name));
    }
    assertThat(at.getCommandSpec().userObject())
        .hasSameClassAs(whole.getCommandSpec().userObject());
    assertThat(at.getSubcommands().keySet()).isEqualTo(whole.getSubcommands().keySet());
    assertThat(at.getCommandSpec().optionsMap().keySet())
        .isEqualTo(whole.getCommandSpec().optionsMap().keySet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bakup",
        "bakup restore",
        "backup restore",
        "tenant bakup show",
        "show --frm backup",
        "list --limt 3",
        "wal",
        "--repo x tenant"
      })
  void aMistakeIsToldInTheWordsOfTheWholeTree(String typed) {
    TestContext context = new TestContext(Map.of(), Path.of("").toAbsolutePath());
    CommandLine whole = Main.commandLine(TestContext.silent());
    String told;
    try {
      whole.parseArgs(LeadingOptions.behindCommand(whole, typed.split(" ")));
      told = "Usage: holdfast";
    } catch (CommandLine.ParameterException e) {
      told = e.getMessage();
    }

    assertThat(context.run(typed.split(" "))).isEqualTo(2);

    assertThat(context.err.toString(StandardCharsets.UTF_8)).contains(told);
  }

  static Stream<List<String>> commands() {
    List<List<String>> paths = new ArrayList<>();
    collect(Main.commandLine(TestContext.silent()), List.of(), paths);
    return paths.stream();
  }

  private static void collect(CommandLine above, List<String> path, List<List<String>> paths) {
    above
        .getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> whole = Stream.concat(path.stream(), Stream.of(name)).toList();
              paths.add(whole);
              collect(command, whole, paths);
            });
  }
}
