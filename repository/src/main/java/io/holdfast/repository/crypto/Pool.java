package io.holdfast.repository.crypto;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
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

  /// Takes all that are idle out of it and hands them to `end`, which releases what they hold.
  /// Those that are in use then are not among them.
  public void drain(Consumer<? super T> end) {
    for (T one = idle.poll(); one != null; one = idle.poll()) {
      end.accept(one);
    }
  }
}
