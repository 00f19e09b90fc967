package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A command of the program that runs in order to be killed. Closing kills it.
final class Victim implements AutoCloseable {
  private static final long END_SECONDS = 120;
  private static final long LOOK_MILLIS = 1;

  private final Process process;
  private final Path out;
  private final String command;

  private Victim(Process process, Path out, String command) {
    this.process = process;
    this.out = out;
    this.command = command;
  }

  /// A command that was run to its end.
  ///
  /// @param changes how often its repository was seen to change
  /// @param worked from the first of these changes to the end: what it took to start does not count
  record Whole(Command.Ended ended, int changes, Duration worked) {}

  /// Runs a command that writes into a repository in a directory, and watches it.
  static Whole runWhole(Program program, Path scratch, Path repository, String... arguments)
      throws IOException, InterruptedException {
    Footprint seen = Footprint.of(repository);
    try (Victim victim = start(program, scratch, arguments)) {
      int changes = 0;
      long begun = System.nanoTime();
      while (!victim.process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        Footprint now = Footprint.of(repository);
        if (!now.equals(seen)) {
          begun = changes == 0 ? System.nanoTime() : begun;
          changes++;
          seen = now;
        }
      }
      Duration worked = changes == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begun);
      return new Whole(victim.ended(), changes, worked);
    }
  }

  /// Runs a command and kills it when its repository has been seen to change so often, and `moment`
  /// has passed since: while it works, and not while it starts.
  ///
  /// @return true if it had not ended by itself before
  static boolean isKilledAtWork(
      Program program,
      Path scratch,
      Path repository,
      int changes,
      Duration moment,
      String... arguments)
      throws IOException, InterruptedException {
    Footprint seen = Footprint.of(repository);
    try (Victim victim = start(program, scratch, arguments)) {
      for (int change = 0; change < changes; ) {
        if (victim.process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          assertThat(victim.ended().status()).as(victim.ended().all()).isIn(0, 4);
          return false;
        }
        Footprint now = Footprint.of(repository);
        if (!now.equals(seen)) {
          change++;
          seen = now;
        }
      }
      return victim.killedAfter(moment);
    }
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
