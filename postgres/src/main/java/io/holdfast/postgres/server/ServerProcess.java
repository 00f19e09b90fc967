package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A `postgres` that this process started, until it ends. *Confined* to one thread.
final class ServerProcess {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(15);

  private final Process process;
  private final Log log;
  private final Pause pause;
  private final InstantSource clock;

  /// What the server prints.
  @FunctionalInterface
  interface Log {
    /// The file. All that a server printed that has ended is in it.
    Path file() throws IOException;
  }

  ServerProcess(Process process, Log log, Pause pause, InstantSource clock) {
    this.process = process;
    this.log = log;
    this.pause = pause;
    this.clock = clock;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Waits until recovery has ended and the server takes connections.
  ///
  /// @param limit after which it is given up
  /// @throws BackupException `RECOVERY_FAILED` with the log's reasons if the server ended,
  ///   `TIMED_OUT` if it still recovers, `CANCELLED`
  void awaitReady(BooleanSupplier takesConnections, Duration limit, Cancellation cancellation)
      throws IOException {
    Instant end = clock.instant().plus(limit);
    while (!takesConnections.getAsBoolean()) {
      cancellation.throwIfRequested();
      if (!process.isAlive()) {
        throw failed("the server ended with status " + process.exitValue());
      }
      if (clock.instant().isAfter(end)) {
        throw new BackupException(
            ErrorCode.TIMED_OUT,
            "the server still recovers after " + limit.toSeconds() + " s",
            "Allow more time. The last lines of its log: " + lastLines());
      }
      sleep();
    }
  }

  /// Stops the server as cleanly as it can be: disconnects sessions and writes a checkpoint; after
  /// a minute without that; after that by force.
  void stop() throws IOException {
    if (endsAfter("INT", STOP_LIMIT) || endsAfter("QUIT", KILL_LIMIT)) {
      return;
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    waitFor(KILL_LIMIT);
  }

  private boolean endsAfter(String signal, Duration limit) throws IOException {
    if (process.isAlive()) {
      Signals.send(process.pid(), signal);
    }
    return waitFor(limit);
  }

  private boolean waitFor(Duration limit) throws IOException {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the server stopped");
    }
  }

  private BackupException failed(String what) throws IOException {
    List<String> reasons = ServerLog.reasons(log.file());
    return new BackupException(
        ErrorCode.RECOVERY_FAILED,
        what + (reasons.isEmpty() ? "" : ": " + reasons.getFirst()),
        reasons.isEmpty() ? "Its log is empty." : "Its log says: " + String.join(" | ", reasons));
  }

  private String lastLines() throws IOException {
    List<String> lines = ServerLog.tail(log.file());
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  private void sleep() throws IOException {
    try {
      pause.await(BETWEEN_TRIES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the server recovered");
    }
  }
}
