package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A command of the program that runs in order to be killed. Closing kills it.
final class Victim implements AutoCloseable {
  private static final long END_SECONDS = 120;

  private final Process process;
  private final Path out;
  private final String command;

  private Victim(Process process, Path out, String command) {
    this.process = process;
    this.out = out;
    this.command = command;
  }

  static Victim start(Program program, Path scratch, String... arguments) throws IOException {
    Path out = Files.createTempFile(scratch, "victim", ".out");
    return new Victim(program.start(out, arguments), out, String.join(" ", arguments));
  }

  /// Kills the process and all its children, without a word, after `moment`, if it still runs then.
  ///
  /// @return true if it had not ended by itself before
  boolean killedAfter(Duration moment) throws IOException, InterruptedException {
    if (process.waitFor(moment.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    kill();
    return process.exitValue() == 128 + 9;
  }

  /// Sends SIGTERM after `moment`, if it still runs then.
  ///
  /// @return true if it had not ended by itself before
  boolean askedToStopAfter(Duration moment) throws InterruptedException {
    if (process.waitFor(moment.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    process.destroy();
    return true;
  }

  /// Waits until it ends by itself.
  Command.Ended awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError(command + " did not end: " + messages());
    }
    return ended();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// How it ended; to be asked after that.
  Command.Ended ended() throws IOException {
    return new Command.Ended(process.exitValue(), Files.readString(out), messages());
  }

  /// What it has said on standard error so far.
  String messages() throws IOException {
    return Files.readString(out.resolveSibling(out.getFileName() + ".err"));
  }

  /// Kills it now and waits until it is gone.
  void kill() throws IOException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(command + " survived SIGKILL");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    kill();
  }
}
