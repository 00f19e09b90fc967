package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// A command of the program that runs in order to be killed. Closing kills it.
final class Victim implements AutoCloseable {
  private static final long END_SECONDS = 120;
  private static final long WHOLE_SECONDS = 300;
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
  /// @param changes how many files of its repository it made or removed
  /// @param worked from the first of these changes to the end: what it took to start does not count
  record Whole(Command.Ended ended, int changes, Duration worked) {
    /// A moment while such a command works: one of its changes, and then a part of the time to the
    /// next.
    Strike strike(SplittableRandom random) {
      // Not the last one: after that it would be the end of the program that is struck.
      int most = Math.max(1, changes - 1);
      return new Strike(
          1 + random.nextInt(most), Moments.within(worked.dividedBy(most), random.nextDouble()));
    }
  }

  /// When to kill a command.
  ///
  /// @param changes how many files of its repository it has made or removed by then
  /// @param rest how long after that
  record Strike(int changes, Duration rest) {
    Strike earlier() {
      return new Strike(Math.max(1, changes / 2), rest.dividedBy(2));
    }
  }

  /// Runs a command that writes into a repository in a directory, and watches it.
  static Whole runWhole(Program program, Path scratch, Path repository, String... arguments)
      throws IOException, InterruptedException {
    Footprint before = Footprint.of(repository);
    try (Victim victim = start(program, scratch, arguments)) {
      long begun = 0;
      long deadline = deadline();
      while (!victim.process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        victim.requireBefore(deadline);
        if (begun == 0 && Footprint.of(repository).changesSince(before) > 0) {
          begun = System.nanoTime();
        }
      }
      Duration worked = begun == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begun);
      int changes = Footprint.of(repository).changesSince(before);
      return new Whole(victim.ended(), changes, worked);
    }
  }

  /// Runs a command and kills it while it works, and not while Java starts.
  ///
  /// @return how it ended by itself, if it did before; empty if it was killed
  static Optional<Command.Ended> killAtWork(
      Program program, Path scratch, Path repository, Strike strike, String... arguments)
      throws IOException, InterruptedException {
    Footprint before = Footprint.of(repository);
    try (Victim victim = start(program, scratch, arguments)) {
      long deadline = deadline();
      while (Footprint.of(repository).changesSince(before) < strike.changes()) {
        victim.requireBefore(deadline);
        if (victim.process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          return Optional.of(victim.ended());
        }
      }
      return victim.killedAfter(strike.rest()) ? Optional.empty() : Optional.of(victim.ended());
    }
  }

  static Victim start(Program program, Path scratch, String... arguments) throws IOException {
    Path out = Files.createTempFile(scratch, "victim", ".out");
    return new Victim(program.start(out, arguments), out, String.join(" ", arguments));
  }

  private static long deadline() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(WHOLE_SECONDS);
  }

  private void requireBefore(long deadline) throws IOException {
    if (System.nanoTime() - deadline > 0) {
      kill();
      throw new AssertionError(command + " did not end in time: " + messages());
    }
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
