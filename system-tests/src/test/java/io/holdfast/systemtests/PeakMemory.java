package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// How much memory a command of the program needs.
///
/// @param bytes the most that the process ever had in memory, as the kernel counts it
/// @param out what it said
record PeakMemory(long bytes, String out) {
  static long of(Program program, Path home, String... command) throws Exception {
    return measured(program, home, command).bytes();
  }

  static PeakMemory measured(Program program, Path home, String... command) throws Exception {
    Path log = Files.createTempFile(home, "peak", ".log");
    Process process = program.start(log, command);
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    long peakBytes = 0;
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      peakBytes = Math.max(peakBytes, highWaterBytes(status));
    }
    assertThat(process.exitValue()).as(Files.readString(Path.of(log + ".err"))).isZero();
    assertThat(peakBytes).as("a Java machine was seen").isGreaterThan(32 << 20);
    return new PeakMemory(peakBytes, Files.readString(log));
  }

  private static long highWaterBytes(Path status) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException ended) {
      return 0;
    }
  }
}
