package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// `wal stream` in a process of its own; closing ends it by SIGTERM and expects that it ends well.
final class RunningStream implements AutoCloseable {
  private static final int ATTEMPTS = 60;

  private final Program program;
  private final Process process;
  private final Path log;

  private RunningStream(Program program, Process process, Path log) {
    this.program = program;
    this.process = process;
    this.log = log;
  }

  static RunningStream start(Program program, Path scratch) throws IOException {
    Path log = Files.createTempFile(scratch, "stream", ".log");
    return new RunningStream(program, program.start(log, "wal", "stream"), log);
  }

  Process process() {
    return process;
  }

  /// Waits until the repository holds everything that the server has now; about five seconds at
  /// most by design.
  void awaitStored(Cluster source) throws IOException {
    awaitStored(source, program);
  }

  /// As above, asking in another way than the stream was started.
  void awaitStored(Cluster source, Program asking) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS && process.isAlive(); attempt++) {
      Command.Ended status = asking.expect(0, "wal", "status", "--url", source.url(), "--json");
      if (status.out().contains("\"lagBytes\": 0")) {
        return;
      }
    }
    throw new AssertionError("the stream did not catch up: " + messages());
  }

  /// Waits until the archive is known to be complete up to a time of the server's clock.
  void awaitComplete(Cluster source, Instant time) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS && process.isAlive(); attempt++) {
      Command.Ended status = program.expect(0, "wal", "status", "--url", source.url(), "--json");
      if (Answers.all(status.out(), "observedUntil").stream()
          .anyMatch(until -> !Instant.parse(until).isBefore(time))) {
        return;
      }
    }
    throw new AssertionError("the archive is not complete up to " + time + ": " + messages());
  }

  /// What it has said so far.
  String messages() throws IOException {
    return Files.readString(log) + Files.readString(Path.of(log + ".err"));
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("SIGTERM ends the stream").isTrue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    assertThat(process.exitValue()).as(messages()).isZero();
  }
}
