package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The reader of the distribution, run by Java from its one source file.
record StandAloneReader(Path scratch) {
  /// Runs a command in exactly this environment.
  Command.Ended run(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(zstd().toString());
    command.add(Program.HOME.resolve("reader/HoldfastReader.java").toString());
    command.addAll(List.of(arguments));
    return Command.run(scratch, environment, command);
  }

  private static Path zstd() throws IOException {
    try (Stream<Path> jars = Files.list(Program.HOME.resolve("lib"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith("zstd-jni"))
          .findFirst()
          .orElseThrow();
    }
  }
}
