package io.holdfast.repository.crypto;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/// Objects that are costly to make and used by one thread at a time. Never holds more of them than
/// there were threads at once. Lock-free.
public final class Pool<T> {
  private final ConcurrentLinkedQueue<T> idle = new ConcurrentLinkedQueue<>();
  private final Supplier<T> maker;

  public Pool(Supplier<T> maker) {
    this.maker = maker;
  }

  public T take() {
    T one = idle.poll();
    return one == null ? maker.get() : one;
  }

  public void give(T one) {
    idle.add(one);
  }
}
