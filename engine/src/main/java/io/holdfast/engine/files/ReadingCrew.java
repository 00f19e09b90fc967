package io.holdfast.engine.files;

import io.holdfast.base.concurrent.Workers;
import io.holdfast.files.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/// Reads files with several threads. Each takes the next job; what it finds goes into the job's
/// slot. *Confined*: one thread submits.
final class ReadingCrew implements AutoCloseable {
  private final Workers workers = Workers.platform("files");
  private final BlockingQueue<FileJob> jobs;

  /// @param readings makes what one thread reads with
  ReadingCrew(int threads, int waitingMax, Supplier<FileReading> readings) {
    this.jobs = new ArrayBlockingQueue<>(waitingMax);
    for (int i = 0; i < threads; i++) {
      FileReading reading = readings.get();
      workers.start(() -> work(reading));
    }
  }

  void submit(FileJob job) throws IOException {
    try {
      jobs.put(job);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      job.file().close();
      throw new InterruptedIOException("interrupted while waiting for readers");
    }
  }

  /// Runs until it is interrupted.
  private void work(FileReading reading) throws InterruptedException {
    while (true) {
      FileJob job = jobs.take();
      try (var _ = job.file()) {
        reading.read(job);
      } catch (PosixException e) {
        if (e.isNoSpace()) {
          job.slot().fail(e);
        } else {
          job.slot().skip(e);
        }
      } catch (IOException | RuntimeException | Error e) {
        job.slot().fail(e);
      }
    }
  }

  /// Ends the threads, and closes what was not read any more.
  @Override
  public void close() throws IOException {
    workers.close();
    for (FileJob job = jobs.poll(); job != null; job = jobs.poll()) {
      job.file().close();
    }
  }
}
