package io.holdfast.base.concurrent;

import java.time.Duration;

/// Work of a service, which outlives the call that started it: a thread of its own. It is no
/// virtual one: those share a few carriers, and work that computes would keep others from looking
/// at the time. Whoever starts one waits for it before the service counts as closed.
public final class Task {
  private final Thread thread;

  private Task(Thread thread) {
    this.thread = thread;
  }

  /// @param work must not throw: what it throws ends the thread and is printed
  public static Task start(String name, Runnable work) {
    return new Task(Thread.ofPlatform().daemon().name(name).start(work));
  }

  public boolean isRunning() {
    return thread.isAlive();
  }

  /// Wakes it where it waits, in vain where it computes.
  public void interrupt() {
    thread.interrupt();
  }

  /// Waits for its end.
  ///
  /// @return false if it still runs after that time
  public boolean join(Duration limit) throws InterruptedException {
    return thread.join(limit);
  }
}
