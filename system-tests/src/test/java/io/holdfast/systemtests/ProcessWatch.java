package io.holdfast.systemtests;

import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Looks a few hundred times a second at what everybody on the machine may see of processes: their
/// arguments; and, of servers, at the environment that they hand on to whatever they start.
final class ProcessWatch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(3);

  private final PlantedSecrets secrets;
  private final Set<String> found = ConcurrentHashMap.newKeySet();
  private final Set<String> programs = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong rounds = new AtomicLong();
  private final Workers workers = Workers.platform("process-watch");

  ProcessWatch(PlantedSecrets secrets) {
    this.secrets = secrets;
    workers.start(
        () -> {
          while (!over.get()) {
            ProcessHandle.allProcesses().forEach(process -> look(process.pid()));
            rounds.incrementAndGet();
            LockSupport.parkNanos(PAUSE.toNanos());
          }
        });
  }

  private void look(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      String arguments = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      String program = arguments.split("\0", 2)[0];
      programs.add(program.substring(program.lastIndexOf('/') + 1).split("[ :]", 2)[0]);
      secrets.in(arguments).forEach(form -> found.add(form + " among the arguments of " + program));
      if (program.contains("postgres")) {
        String environment =
            Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
        secrets
            .in(environment)
            .forEach(form -> found.add(form + " in the environment of " + program));
      }
    } catch (IOException _) {
      // it has ended, or is another user's
    }
  }

  /// What was seen so far that must not be seen.
  List<String> found() {
    return found.stream().sorted().toList();
  }

  /// Names of programs that were seen.
  Set<String> programs() {
    return Set.copyOf(programs);
  }

  @Override
  public void close() throws IOException {
    over.set(true);
    try {
      workers.join();
    } finally {
      workers.close();
    }
  }
}
