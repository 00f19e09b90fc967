package io.holdfast.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// What the phase `package` left for the tests.
final class Packaged {
  static final String VERSION = property("holdfast.version");
  static final Path TARGET = Path.of(property("holdfast.distribution"));
  static final Path HOME = TARGET.resolve("holdfast");
  static final Path ARCHIVE = TARGET.resolve("holdfast-" + VERSION + "-linux-x86_64.tar.gz");
  static final Path CHECKOUT = Path.of(property("holdfast.checkout")).normalize();

  private Packaged() {}

  /// A copy of the distribution under `folder`, made elsewhere first and then moved there.
  static Path movedCopy(Path scratch, String folder) throws IOException, InterruptedException {
    Shell shell = new Shell(scratch, Map.of("PATH", "/usr/bin:/bin"));
    assertThat(shell.run("cp", "-R", HOME.toString(), "first")).isEqualTo(silence());
    assertThat(shell.run("mkdir", "-p", folder)).isEqualTo(silence());
    assertThat(shell.run("mv", "first", folder + "/holdfast")).isEqualTo(silence());
    return scratch.resolve(folder).resolve("holdfast");
  }

  static Shell.Outcome silence() {
    return new Shell.Outcome(0, "", "");
  }

  static Shell.Outcome versionLine() {
    return new Shell.Outcome(0, "holdfast " + VERSION + "\n", "");
  }

  private static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), name);
  }
}
