package io.holdfast.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./holdfast` in a small checkout whose build is a script: it counts its runs and makes a program
/// that prints its arguments.
class CheckoutScriptTest {
  private static final String NOTICE = "building Holdfast, this takes about a minute …\n";
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
  private static final String BUILD =
      """
      #!/bin/sh
      echo run >>builds
      mkdir -p distribution/target/holdfast/bin
      printf '#!/bin/sh\\nfor a; do echo "[$a]"; done\\nexit 7\\n' >distribution/target/holdfast/bin/holdfast
      chmod +x distribution/target/holdfast/bin/holdfast
      touch distribution/target/built
      echo noise
      """;

  @TempDir Path scratch;
  private Path checkout = Path.of("");
  private Path source = Path.of("");

  @BeforeEach
  void layOut() throws IOException {
    checkout = Files.createDirectories(scratch.resolve("check out"));
    source = checkout.resolve("base/src/main/A.java");
    Files.createDirectories(source.getParent());
    for (String file : new String[] {"pom.xml", "base/pom.xml", "base/src/main/A.java"}) {
      Files.writeString(checkout.resolve(file), "x");
      Files.setLastModifiedTime(checkout.resolve(file), FileTime.from(LONG_AGO));
    }
    Files.setLastModifiedTime(source.getParent(), FileTime.from(LONG_AGO));
    Files.copy(Packaged.CHECKOUT.resolve("holdfast"), checkout.resolve("holdfast"));
    executable(checkout.resolve("holdfast"));
    build(BUILD);
  }

  @Test
  void buildsOnceAndPassesArgumentsAndExitCode() throws Exception {
    Path link = Files.createSymbolicLink(scratch.resolve("hf"), checkout.resolve("holdfast"));
    assertThat(shell().run(link.toString(), "a  b", "*"))
        .isEqualTo(new Shell.Outcome(7, "[a  b]\n[*]\n", NOTICE));
    assertThat(shell().run(link.toString(), "c")).isEqualTo(new Shell.Outcome(7, "[c]\n", ""));
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    shell().run(script());
    Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2999-01-01T00:00:00Z")));
    assertThat(shell().run(script()).err()).isEqualTo(NOTICE);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void failedBuildShowsTheEndOfItsLog() throws Exception {
    build(
        "#!/bin/sh\nfor i in $(seq 100); do echo line $i; done\necho [ERROR] broken >&2\nexit 1\n");
    Shell.Outcome outcome = shell().run(script(), "list");
    assertThat(outcome.exitCode()).isEqualTo(126);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith(NOTICE)
        .contains("the build failed", "[ERROR] broken", "line 100", "hint:")
        .doesNotContain("line 10\n");
  }

  private String script() {
    return checkout.resolve("holdfast").toString();
  }

  private Shell shell() {
    return new Shell(scratch, Map.of("PATH", "/usr/bin:/bin"));
  }

  private int builds() throws IOException {
    return Files.readAllLines(checkout.resolve("builds")).size();
  }

  private void build(String text) throws IOException {
    Files.writeString(checkout.resolve("mvnw"), text);
    executable(checkout.resolve("mvnw"));
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
