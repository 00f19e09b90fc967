package io.holdfast.cli;

import io.holdfast.base.Cancellation;
import io.holdfast.base.concurrent.Shutdown;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// SIGINT and SIGTERM ask the running operation to stop and wait for it; the process then ends with
/// the operation's own status. An operation that does not end within the limit is left behind:
/// everything on disk is safe at any moment.
final class Signals {
  private static final long STOP_MILLIS_MAX = 60_000;
  private static final int INTERRUPTED = 130;
  private static final AtomicReference<State> STATE = new AtomicReference<>(State.RUNNING);
  private static final AtomicInteger STATUS = new AtomicInteger(INTERRUPTED);

  private enum State {
    RUNNING,
    EXITING,
    SIGNALLED
  }

  private Signals() {}

  /// Registers with the virtual machine's shutdown.
  static void requestCancellation(Cancellation cancellation, Thread operation) {
    Shutdown.onShutdown(() -> stop(cancellation, operation));
  }

  private static void stop(Cancellation cancellation, Thread operation) {
    if (!STATE.compareAndSet(State.RUNNING, State.SIGNALLED)) {
      return;
    }
    cancellation.request();
    try {
      operation.join(STOP_MILLIS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(STATUS.get());
  }

  /// Ends the process with `status`. When a signal has begun to end it already, only says the
  /// status: the shutdown thread waits for the calling thread to end.
  static void exit(int status) {
    STATUS.set(status);
    if (STATE.compareAndSet(State.RUNNING, State.EXITING)) {
      System.exit(status);
    }
  }
}
