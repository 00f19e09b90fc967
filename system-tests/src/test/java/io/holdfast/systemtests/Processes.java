package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What runs on this machine.
final class Processes {
  private Processes() {}

  /// Processes that work in a directory, or were started with its name.
  static List<String> in(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .map(process -> describe(process.pid()))
        .filter(text -> text.contains(directory.toString()))
        .toList();
  }

  private static String describe(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      return Files.readSymbolicLink(process.resolve("cwd"))
          + " "
          + Files.readString(process.resolve("cmdline")).replace('\0', ' ');
    } catch (IOException _) {
      return ""; // it has ended
    }
  }
}
