package io.holdfast.base;

import java.util.concurrent.atomic.AtomicBoolean;

/// Asked between pieces of work: shall we go on? Lock-free; shared by all threads of an operation
/// and the signal handler.
public final class Cancellation {
  private final AtomicBoolean requested = new AtomicBoolean();

  /// Asks the operation to stop at the next safe point.
  public void request() {
    requested.set(true);
  }

  public boolean isRequested() {
    return requested.get();
  }

  /// Throws `CANCELLED` once a stop was asked for.
  public void throwIfRequested() {
    if (requested.get()) {
      throw new BackupException(ErrorCode.CANCELLED, "interrupted", "");
    }
  }
}
