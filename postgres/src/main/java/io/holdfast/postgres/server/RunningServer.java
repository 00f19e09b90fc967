package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The server that runs on a data directory, whoever started it.
public final class RunningServer {
  private static final Path PROCESSES = Path.of("/proc");
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private RunningServer() {}

  /// Stops what a process that died left behind on a data directory of ours: its server as cleanly
  /// as that can be, else by force, and sessions that have outlived their server. Afterwards no
  /// process works there. A `postmaster.pid` that then still lies there is removed, because its
  /// number may belong to a stranger by now, and a server would take that for itself.
  ///
  /// The caller must hold a lock that keeps others from starting one.
  ///
  /// @throws BackupException `SERVER_UNAVAILABLE` if something there cannot be stopped
  public static void stopLeftover(Path data) throws IOException {
    Optional<ProcessHandle> server = on(data);
    if (server.isPresent()) {
      stop(server.get(), "INT", STOP_LIMIT);
    }
    for (ProcessHandle process : workingIn(data)) {
      // Sessions end by themselves when they notice that their server is gone.
      if (!Signals.hasEnded(process, KILL_LIMIT)) {
        process.destroyForcibly();
      }
      if (!Signals.hasEnded(process, KILL_LIMIT)) {
        throw new BackupException(
            ErrorCode.SERVER_UNAVAILABLE,
            "process " + process.pid() + " still works in " + data + " and cannot be stopped",
            "End it (kill -9 " + process.pid() + "), then try again.");
      }
    }
    Files.deleteIfExists(data.resolve("postmaster.pid"));
  }

  /// Kills the server that runs on a data directory, if one does.
  static void kill(Path data) throws IOException {
    Optional<ProcessHandle> server = on(data);
    if (server.isPresent()) {
      stop(server.get(), "QUIT", KILL_LIMIT);
    }
  }

  /// The process named in `postmaster.pid`, if its working directory proves that it is that server:
  /// numbers of processes are used again.
  static Optional<ProcessHandle> on(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.isRegularFile(pidFile, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    long pid;
    try (var lines = Files.lines(pidFile, StandardCharsets.ISO_8859_1)) {
      pid = Long.parseLong(lines.findFirst().orElse("0").strip());
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    boolean proven =
        Files.exists(PROCESSES.resolve("self"))
            ? worksIn(PROCESSES.resolve(Long.toString(pid)), data)
            : ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .filter(line -> line.contains(data.toString()))
                .isPresent();
    return proven ? ProcessHandle.of(pid) : Optional.empty();
  }

  private static void stop(ProcessHandle server, String signal, Duration limit) throws IOException {
    Signals.send(server.pid(), signal);
    if (signal.equals("INT") && !Signals.hasEnded(server, limit)) {
      Signals.send(server.pid(), "QUIT");
    }
    if (!Signals.hasEnded(server, KILL_LIMIT)) {
      server.destroyForcibly();
      Signals.hasEnded(server, KILL_LIMIT);
    }
  }

  /// Servers and their sessions work in their data directory. Nothing where the system does not
  /// tell.
  private static List<ProcessHandle> workingIn(Path data) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    if (!Files.exists(PROCESSES.resolve("self"))) {
      return found;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[1-9]*")) {
      for (Path process : processes) {
        if (worksIn(process, data)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  /// False for a process that is gone or somebody else's.
  private static boolean worksIn(Path process, Path data) {
    try {
      return Files.isSameFile(process.resolve("cwd"), data);
    } catch (IOException e) {
      return false;
    }
  }
}
