package io.holdfast.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `bin/holdfast` alone, with a `java` that prints what it was given or ends as it is told.
class LauncherTest {
  private static final String PRINT_ARGUMENTS =
      "#!/bin/sh\nfor a; do printf '[%s]\\n' \"$a\"; done\nexec env\n";

  @TempDir Path scratch;
  private Path home = Path.of("");
  private Path launcher = Path.of("");

  @BeforeEach
  void layOut() throws IOException {
    home = scratch.resolve("some where/holdfast");
    launcher = home.resolve("bin/holdfast");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("runtime/bin"));
    Files.copy(Packaged.HOME.resolve("bin/holdfast"), launcher);
    executable(launcher);
    java(PRINT_ARGUMENTS);
  }

  @Test
  void passesArgumentsUntouched() throws Exception {
    List<String> arguments = List.of("two  words", "*", "", "$HOME", "'\"\\", "--", "@file", "-cp");
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    List<String> given = runIn(Map.of()).run(command).out().lines().toList();
    int main = given.indexOf("[io.holdfast.cli.Main]");
    assertThat(given.subList(main + 1, main + 1 + arguments.size()))
        .isEqualTo(arguments.stream().map(argument -> "[" + argument + "]").toList());
  }

  @Test
  void findsItsRealPlaceThroughChainsOfLinks() throws Exception {
    Path absolute = Files.createSymbolicLink(scratch.resolve("absolute"), launcher);
    Path relative = Files.createSymbolicLink(scratch.resolve("relative"), Path.of("absolute"));
    Files.createDirectories(scratch.resolve("bin"));
    Path deep = Files.createSymbolicLink(scratch.resolve("bin/hf"), Path.of("../relative"));
    for (Path link : List.of(absolute, relative, deep)) {
      assertThat(runIn(Map.of()).run(link.toString()).out())
          .contains("[-Dholdfast.home=" + home.toRealPath() + "]");
    }
    String path = scratch.resolve("bin") + ":/usr/bin:/bin";
    assertThat(runIn(Map.of("PATH", path, "CDPATH", "/")).run("/bin/sh", "-c", "hf").out())
        .contains("[-Dholdfast.home=" + home.toRealPath() + "]");
  }

  @Test
  void appendsTheUsersJavaOptionsAfterItsOwn() throws Exception {
    List<String> given =
        runIn(Map.of("HOLDFAST_JAVA_OPTS", "-Xmx1g  -Dstar=*"))
            .run(launcher.toString(), "list")
            .out()
            .lines()
            .toList();
    assertThat(given)
        .containsSubsequence(
            "[@" + home.toRealPath() + "/lib/java.options]", "[-Xmx1g]", "[-Dstar=*]", "[list]");
  }

  @Test
  void keepsTheEnvironmentButForJavaOptionsAndAsciiLocales() throws Exception {
    Map<String, String> environment =
        Map.of(
            "DATABASE_URL",
            "postgres://x",
            "home",
            "mine",
            "JAVA_TOOL_OPTIONS",
            "-Xmx9g",
            "LANG",
            "de_DE.UTF-8");
    assertThat(variables(environment))
        .contains("DATABASE_URL=postgres://x", "home=mine", "LANG=de_DE.UTF-8")
        .noneMatch(line -> line.startsWith("JAVA_TOOL_OPTIONS="))
        .noneMatch(line -> line.startsWith("holdfast_"))
        .noneMatch(line -> line.startsWith("LC_ALL=") || line.startsWith("LC_CTYPE="));
    assertThat(variables(Map.of())).contains("LC_CTYPE=C.UTF-8");
    assertThat(variables(Map.of("LANG", "C"))).contains("LC_CTYPE=C.UTF-8", "LANG=C");
    assertThat(variables(Map.of("LC_ALL", "POSIX"))).contains("LC_ALL=C.UTF-8");
    assertThat(variables(Map.of("LC_ALL", "en_US.ISO-8859-1"))).contains("LC_ALL=en_US.ISO-8859-1");
  }

  @ParameterizedTest(name = "{0} whose Java ends with {1} ends with {2}")
  @CsvSource({
    "wal fetch 000000010000000000000001 x, 0, 0",
    "wal fetch 000000010000000000000001 x, 44, 1",
    "wal fetch 000000010000000000000001 x, 1, 126",
    "wal fetch 000000010000000000000001 x, 2, 126",
    "wal fetch 000000010000000000000001 x, 3, 126",
    "wal fetch 000000010000000000000001 x, 125, 126",
    "wal fetch 000000010000000000000001 x, 130, 130",
    "--json wal fetch x y, 1, 126",
    "wal --source a fetch x y, 44, 1",
    "wal --source a fetch x y, 1, 126",
    "list --source fetch, 1, 1",
    "list, 1, 1",
    "wal push x, 1, 1",
    "list, 44, 44"
  })
  void onlyAnAbsentFileEndsFetchWithOne(String arguments, int javaCode, int code) throws Exception {
    java("#!/bin/sh\nexit " + javaCode + "\n");
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments.split(" ")));
    assertThat(runIn(Map.of()).run(command).exitCode()).isEqualTo(code);
  }

  @Test
  void missingRuntimeIsNamedAndIsNotTakenForAnAbsentFile() throws Exception {
    Files.delete(home.resolve("runtime/bin/java"));
    Shell.Outcome outcome = runIn(Map.of()).run(launcher.toString(), "wal", "fetch", "x", "y");
    assertThat(outcome.exitCode()).isEqualTo(126);
    assertThat(outcome.err()).contains(home.toRealPath() + "/runtime/bin/java", "hint:");
  }

  private List<String> variables(Map<String, String> environment) throws Exception {
    Shell.Outcome outcome = runIn(environment).run(launcher.toString());
    assertThat(outcome.exitCode()).isZero();
    return outcome.out().lines().toList();
  }

  private Shell runIn(Map<String, String> environment) {
    return new Shell(scratch, environment);
  }

  private void java(String script) throws IOException {
    Path java = home.resolve("runtime/bin/java");
    Files.writeString(java, script);
    executable(java);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
