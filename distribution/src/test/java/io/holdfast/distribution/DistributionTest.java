package io.holdfast.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
  @TempDir Path scratch;

  @Test
  void movedCopyAnswersItsVersionFromAnEmptyEnvironment() throws Exception {
    Path home = Packaged.movedCopy(scratch, "another place");
    Shell shell = new Shell(scratch, Map.of());
    String program = home.resolve("bin/holdfast").toString();
    shell.run(program, "--version");
    long startNanos = System.nanoTime();
    Shell.Outcome outcome = shell.run(program, "--version");
    long millis = (System.nanoTime() - startNanos) / 1_000_000;
    System.out.println("holdfast --version took " + millis + " ms");
    assertThat(outcome).isEqualTo(Packaged.versionLine());
  }

  @Test
  void worksInAFolderWhoseNameIsNotAscii() throws Exception {
    Packaged.movedCopy(scratch, "plain");
    String script =
        "u=$(/usr/bin/printf 'f\\303\\274r') && /bin/mv plain \"$u\" && \"$u\"/holdfast/holdfast --version";
    assertThat(new Shell(scratch, Map.of()).run("/bin/sh", "-c", script))
        .isEqualTo(Packaged.versionLine());
  }

  @Test
  void movedCopyTakesItsClassesFromTheAotCache() throws Exception {
    Path home = Packaged.movedCopy(scratch, "elsewhere");
    Path log = scratch.resolve("classes.log");
    Shell shell = new Shell(scratch, Map.of("HOLDFAST_JAVA_OPTS", "-Xlog:class+load:file=" + log));
    assertThat(shell.run(home.resolve("bin/holdfast").toString(), "--version"))
        .isEqualTo(Packaged.versionLine());
    List<String> loaded = Files.readAllLines(log);
    assertThat(loaded)
        .anyMatch(line -> line.contains(" io.holdfast.cli.Main source: shared objects file"))
        .anyMatch(line -> line.contains(" picocli.CommandLine source: shared objects file"));
    // Training runs commands inside one process, so the few classes that end a process are not in
    // the cache.
    assertThat(loaded)
        .filteredOn(line -> line.contains("source: file:"))
        .allMatch(line -> line.contains(".cli.Signals") || line.contains(".concurrent.Shutdown"));
  }

  @Test
  void damagedOrMissingAotCacheIsNotMentioned() throws Exception {
    Path home = Packaged.movedCopy(scratch, "damaged");
    Path cache = home.resolve("lib/holdfast.aot");
    Shell shell = new Shell(scratch, Map.of());
    String program = home.resolve("bin/holdfast").toString();
    Files.write(cache, Arrays.copyOf(Files.readAllBytes(cache), 1 << 20));
    assertThat(shell.run(program, "--version")).isEqualTo(Packaged.versionLine());
    Files.delete(cache);
    assertThat(shell.run(program, "--version")).isEqualTo(Packaged.versionLine());
  }

  @Test
  void wrongOptionEndsWithTwoAndSaysSoOnStandardError() throws Exception {
    Shell.Outcome outcome =
        new Shell(scratch, Map.of())
            .run(Packaged.HOME.resolve("bin/holdfast").toString(), "--no-such-option");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("--no-such-option");
  }

  @Test
  void archiveUnpacksToTheSameProgram() throws Exception {
    Shell shell = new Shell(scratch, Map.of("PATH", "/usr/bin:/bin"));
    assertThat(shell.run("tar", "xzf", Packaged.ARCHIVE.toString())).isEqualTo(Packaged.silence());
    String home = "holdfast-" + Packaged.VERSION;
    assertThat(shell.run("diff", "-r", home, Packaged.HOME.toString()))
        .isEqualTo(Packaged.silence());
    assertThat(new Shell(scratch, Map.of()).run("./" + home + "/holdfast", "--version"))
        .isEqualTo(Packaged.versionLine());
  }

  @Test
  void zstdIsLoadedFromItsInstalledLibraryWithoutUnpacking() throws Exception {
    String library = onlyFile(Packaged.HOME.resolve("lib/native")).toString();
    String classPath =
        Packaged.HOME.resolve("lib") + "/*:" + Packaged.TARGET.resolve("test-classes");
    Shell.Outcome outcome =
        new Shell(scratch, Map.of())
            .run(
                Packaged.HOME.resolve("runtime/bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=/proc",
                "-DZstdNativePath=" + library,
                "-cp",
                classPath,
                "io.holdfast.distribution.ZstdProbe");
    assertThat(outcome).isEqualTo(new Shell.Outcome(0, "loaded\n", ""));
    assertThat(Files.readString(Packaged.HOME.resolve("bin/holdfast")))
        .contains("$holdfast_lib/native/" + Path.of(library).getFileName());
  }

  @Test
  void nothingInTheJarsKeepsClassesOutOfTheAotCache() throws Exception {
    int classes = 0;
    for (Path file : jars()) {
      try (JarFile jar = new JarFile(file.toFile(), false)) {
        for (JarEntry entry : Collections.list(jar.entries())) {
          assertThat(entry.getName()).as(file.toString()).doesNotMatch("META-INF/[^/]+\\.(SF|RSA)");
          if (entry.getName().endsWith(".class")) {
            classes++;
            assertThat(majorVersion(jar, entry)).as(file + " " + entry).isGreaterThanOrEqualTo(50);
          }
        }
      }
    }
    assertThat(classes).isGreaterThan(1000);
  }

  @Test
  void runtimeHasEveryModuleThatTheJarsNeed() throws Exception {
    Shell.Outcome modules =
        new Shell(scratch, Map.of())
            .run(Packaged.HOME.resolve("runtime/bin/java").toString(), "--list-modules");
    Set<String> present = new TreeSet<>();
    modules.out().lines().forEach(line -> present.add(line.replaceAll("@.*", "")));
    // pgjdbc's data sources implement java.beans interfaces and nothing here uses these classes.
    present.add("java.desktop");
    assertThat(present).containsAll(modulesNeededByJars());
  }

  @Test
  void everyLibraryIsListedWithItsLicence() throws Exception {
    String list = Files.readString(Packaged.HOME.resolve("THIRD-PARTY.md"));
    List<Path> all = new ArrayList<>(jars());
    List<Path> ofServer = jars("lib/server");
    assertThat(ofServer).isNotEmpty();
    all.addAll(ofServer);
    for (Path jar : all) {
      String name = jar.getFileName().toString().replaceAll("-\\d.*", "");
      if (!name.startsWith("holdfast-")) {
        assertThat(list).as("distribution/src/dist/THIRD-PARTY.md").contains("\n| " + name + " |");
      }
    }
  }

  @Test
  void embeddedPostgresIsAnXzArchive() throws Exception {
    Path archive = onlyFile(Packaged.HOME.resolve("lib/postgres"));
    assertThat(archive.getFileName()).hasToString("postgres-18-linux-x86_64.txz");
    try (var in = Files.newInputStream(archive)) {
      assertThat(in.readNBytes(6)).containsExactly(0xfd, '7', 'z', 'X', 'Z', 0);
    }
  }

  private static int majorVersion(JarFile jar, JarEntry entry) throws IOException {
    try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
      in.skipNBytes(6);
      return in.readUnsignedShort();
    }
  }

  private static Set<String> modulesNeededByJars() throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--ignore-missing-deps", "--multi-release", "25"));
    arguments.add("--print-module-deps");
    jars().forEach(jar -> arguments.add(jar.toString()));
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out);
    int code =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(printer, printer, arguments.toArray(String[]::new));
    assertThat(code).as(out.toString()).isZero();
    return new TreeSet<>(List.of(out.toString().strip().split(",")));
  }

  private static List<Path> jars() throws IOException {
    return jars("lib");
  }

  private static List<Path> jars(String directory) throws IOException {
    try (Stream<Path> files = Files.list(Packaged.HOME.resolve(directory))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static Path onlyFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }
  }
}
