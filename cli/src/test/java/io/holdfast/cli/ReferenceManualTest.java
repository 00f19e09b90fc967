package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.ErrorCode;
import io.holdfast.engine.config.Variables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// The reference manual says what the program says. `-Dholdfast.write-docs=true` writes it anew.
class ReferenceManualTest {
  private static final Path REFERENCE = Path.of("..", "docs", "reference");

  @Test
  void errorsAreThoseOfTheProgram() throws IOException {
    var lines = new ArrayList<String>();
    lines.add("# Errors");
    lines.add("");
    lines.add(
        "Made from the program. Numbers are permanent. With `--json` an error is a document on stdout: `{\"error\": {\"code\", \"kind\",");
    lines.add("\"message\", \"hint\"}}`.");
    lines.add("");
    lines.add("| code | name | exit status | meaning |");
    lines.add("|---|---|---|---|");
    for (ErrorCode code : ErrorCode.values()) {
      lines.add(
          "| %s | %s | %d | %s |"
              .formatted(code.label(), code.name(), code.kind().exitStatus(), code.meaning()));
    }
    compare("errors.md", lines);
  }

  @Test
  void commandsAreThoseOfTheProgram() throws IOException {
    var lines = new ArrayList<String>();
    lines.add("# Commands");
    lines.add("");
    lines.add("Made from the program's own help.");
    appendCommand(Main.commandLine(TestContext.silent()), lines);
    compare("commands.md", lines);
  }

  @Test
  void environmentVariablesAreThoseOfTheProgram() throws IOException {
    var lines = new ArrayList<String>();
    lines.add("# Environment variables");
    lines.add("");
    lines.add(
        "A flag wins over a variable, a variable over the configuration file. A secret may stand in a file that `NAME_FILE` names.");
    lines.add("");
    lines.add("| variable | meaning |");
    lines.add("|---|---|");
    Variables.ALL.forEach(v -> lines.add("| `%s` | %s |".formatted(v.name(), v.meaning())));
    lines.add("");
    lines.add(
        "Stores read the credentials of their own kind besides: [where a repository can be](../guide/stores.md).");
    compare("environment.md", lines);
  }

  private static void appendCommand(CommandLine command, List<String> lines) {
    lines.add("");
    lines.add("## " + command.getCommandSpec().qualifiedName());
    lines.add("");
    lines.add("```text");
    StringWriter text = new StringWriter();
    command.usage(new PrintWriter(text), Ansi.OFF);
    text.toString().lines().map(String::stripTrailing).forEach(lines::add);
    lines.add("```");
    command.getSubcommands().values().forEach(sub -> appendCommand(sub, lines));
  }

  private static void compare(String name, List<String> lines) throws IOException {
    String expected = String.join("\n", lines) + "\n";
    Path file = REFERENCE.resolve(name);
    if (Boolean.getBoolean("holdfast.write-docs")) {
      Files.writeString(file, expected);
    }
    assertThat(Files.readString(file))
        .as("docs/reference/%s is out of date: run the test with -Dholdfast.write-docs=true", name)
        .isEqualTo(expected);
  }
}
