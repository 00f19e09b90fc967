package io.holdfast.repository;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The first failure of a session; everything afterwards fails with it too. Lock-free.
final class FirstFailure {
  private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

  void record(Throwable failure) {
    Throwable earlier = first.compareAndExchange(null, failure);
    if (earlier != null && !earlier.equals(failure)) {
      earlier.addSuppressed(failure);
    }
  }

  boolean isSet() {
    return first.get() != null;
  }

  void check() throws IOException {
    switch (first.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IOException(e);
    }
  }
}
