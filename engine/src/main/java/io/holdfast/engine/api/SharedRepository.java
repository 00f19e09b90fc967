package io.holdfast.engine.api;

import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One opened repository for operations of several threads: the first that needs it opens it, and
/// it is closed when the last has ended. *Guarded* by its own lock, which nobody holds while
/// something is read or written.
final class SharedRepository {
  private final Options options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  /// How many operations each thread is in: one may begin another while it hands out its entries.
  private final Map<Thread, Integer> running = new HashMap<>();

  private @Nullable OpenRepository opened;
  private boolean closed;

  SharedRepository(Options options) {
    this.options = options;
  }

  /// Takes over a repository that was opened already.
  SharedRepository(Options options, OpenRepository opened) {
    this(options);
    this.opened = opened;
  }

  /// An operation on the repository.
  <R> R use(Function<OpenRepository, R> operation) {
    return during(() -> operation.apply(lent()));
  }

  /// What may need the repository, and must have ended before it is closed.
  @FunctionalInterface
  interface Operation<R> {
    R run();
  }

  /// @throws IllegalStateException after [#close] was called
  <R> R during(Operation<R> operation) {
    begin();
    try {
      return operation.run();
    } finally {
      end();
    }
  }

  /// The repository, for an operation that runs; closing it does nothing.
  OpenRepository lent() {
    OpenRepository there = opened();
    return (there == null ? keep(open()) : there).lent();
  }

  private OpenRepository open() {
    return new RepositoryAccess(options.context(Watch.none())).open(options.settings());
  }

  private @Nullable OpenRepository opened() {
    lock.lock();
    try {
      return opened;
    } finally {
      lock.unlock();
    }
  }

  /// Of two threads that opened it at once, the first one's is kept.
  private OpenRepository keep(OpenRepository mine) {
    OpenRepository kept;
    lock.lock();
    try {
      if (opened == null) {
        opened = mine;
      }
      kept = opened;
    } finally {
      lock.unlock();
    }
    if (kept != mine) {
      mine.close();
    }
    return kept;
  }

  private void begin() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("this Holdfast is closed");
      }
      running.merge(Thread.currentThread(), 1, Integer::sum);
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      running.computeIfPresent(Thread.currentThread(), (_, depth) -> depth == 1 ? null : depth - 1);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Lets nothing begin any more, waits for what runs, then closes. Doing it again changes nothing.
  ///
  /// @throws IllegalStateException if it is called by an operation, which would wait for itself
  void close() {
    OpenRepository last;
    lock.lock();
    try {
      if (running.containsKey(Thread.currentThread())) {
        throw new IllegalStateException("an operation cannot close what it works with");
      }
      closed = true;
      while (!running.isEmpty()) {
        ended.awaitUninterruptibly();
      }
      last = opened;
      opened = null;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.close();
    }
  }
}
