package io.holdfast.server.overview;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// Lets so many requests at once do something that takes a while, and refuses others: they must not
/// take every thread that answers. Thread-safe.
final class Places {
  private final int most;
  private final Semaphore free;

  Places(int most) {
    this.most = most;
    this.free = new Semaphore(most);
  }

  /// @throws BackupException `TOO_MANY_RUNS` if as many as may be are at it
  <T> T take(Supplier<T> work) {
    if (!free.tryAcquire()) {
      throw new BackupException(
          ErrorCode.TOO_MANY_RUNS,
          most + " requests of this kind are being answered",
          "Try again in a moment.");
    }
    try {
      return work.get();
    } finally {
      free.release();
    }
  }
}
