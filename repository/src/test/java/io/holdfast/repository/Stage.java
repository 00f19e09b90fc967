package io.holdfast.repository;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lets several actors work on one store, one request at a time, in an order that follows from a
/// seed. An actor may freeze for as long as it likes, die at a request, before or after it took
/// effect, lose an answer, and have its puts delivered a second time much later. Orders come in
/// bursts: what breaks a protocol is seldom that all take turns, and often that one is held up at
/// the wrong moment while another does all of its work.
///
/// An actor may use several threads, but only one of them at a time may be in a request.
final class Stage {
  private static final int STEPS_MAX = 20_000;

  private final BlobStore store;
  private final SplittableRandom random;
  private final Faults faults;
  private final int burst;
  private final Runnable eachRequest;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Actor> actors = new ArrayList<>();
  private final List<SentPut> sent = new ArrayList<>();
  private int steps;
  private @Nullable Actor latest;

  /// Written under `lock` and read while nobody moves.
  private boolean mutated;

  /// How often things go wrong, each as one in so many requests; 0 for never.
  record Faults(int crash, int lostAnswer, int latePut) {}

  /// What an actor does.
  interface Play {
    void run(BlobStore store) throws IOException;
  }

  /// Looked at after each request that changed something, while nobody moves.
  interface Check {
    void run() throws IOException;
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record SentPut(BlobKey key, byte[] bytes) {}

  /// @param burst how many requests an actor does on end, on average; 1 if nobody is preferred
  /// @param eachRequest comes before it
  Stage(BlobStore store, SplittableRandom random, Faults faults, int burst, Runnable eachRequest) {
    this.eachRequest = eachRequest;
    this.store = store;
    this.random = random;
    this.faults = faults;
    this.burst = burst;
  }

  /// Adds an actor; it begins with [#run].
  void enter(String name, Play play) {
    actors.add(new Actor(name, play));
  }

  /// Runs until every actor has ended or died.
  void run(Check check) throws IOException, InterruptedException {
    actors.forEach(actor -> actor.thread.start());
    while (step()) {
      if (mutated) {
        mutated = false;
        check.run();
      }
      if (++steps > STEPS_MAX) {
        throw new AssertionError("no end after " + STEPS_MAX + " requests");
      }
    }
    for (Actor actor : actors) {
      actor.thread.join();
      if (actor.failure != null) {
        throw new AssertionError(actor.name + " failed", actor.failure);
      }
    }
  }

  int steps() {
    return steps;
  }

  private boolean step() throws IOException, InterruptedException {
    eachRequest.run();
    if (!sent.isEmpty() && chance(faults.latePut)) {
      SentPut again = sent.get(random.nextInt(sent.size()));
      var _ = store.putIfAbsent(again.key, ByteBuffer.wrap(again.bytes));
      mutated = true;
    }
    lock.lock();
    try {
      while (actors.stream().anyMatch(actor -> actor.standing == Standing.MOVING)) {
        changed.await();
      }
      List<Actor> waiting =
          actors.stream().filter(actor -> actor.standing == Standing.WAITING).toList();
      if (waiting.isEmpty()) {
        return false;
      }
      Actor next = choose(waiting);
      if (!next.dead && chance(faults.crash)) {
        next.dead = true;
        next.takesEffect = random.nextBoolean();
      }
      next.losesAnswer = chance(faults.lostAnswer);
      next.standing = Standing.MOVING;
      changed.signalAll();
      while (next.standing == Standing.MOVING) {
        changed.await();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private Actor choose(List<Actor> waiting) {
    Actor before = latest;
    boolean goesOn = before != null && waiting.contains(before) && random.nextInt(burst) != 0;
    Actor next = goesOn && before != null ? before : waiting.get(random.nextInt(waiting.size()));
    latest = next;
    return next;
  }

  private boolean chance(int oneIn) {
    return oneIn > 0 && random.nextInt(oneIn) == 0;
  }

  private enum Standing {
    /// Its code runs: it will come to a request or to its end.
    MOVING,
    WAITING,
    ENDED
  }

  private interface Request<T> {
    T send() throws IOException;
  }

  private final class Actor extends ForwardingBlobStore {
    private final String name;
    private final Thread thread;
    private Standing standing = Standing.MOVING;
    private boolean dead;
    private boolean takesEffect;
    private boolean losesAnswer;
    private @Nullable Throwable failure;

    Actor(String name, Play play) {
      super(store);
      this.name = name;
      this.thread = new Thread(() -> perform(play), name);
    }

    private void perform(Play play) {
      try {
        play.run(this);
      } catch (SimulatedCrash e) {
        // As meant.
      } catch (IOException | RuntimeException | Error e) {
        failure = dead ? null : e;
      }
      lock.lock();
      try {
        standing = Standing.ENDED;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private <T> T ask(Request<T> request) throws IOException {
      lock.lock();
      try {
        standing = Standing.WAITING;
        changed.signalAll();
        while (standing == Standing.WAITING) {
          changed.awaitUninterruptibly();
        }
        if (dead) {
          if (takesEffect) {
            takesEffect = false;
            var _ = request.send();
          }
          throw new SimulatedCrash(name);
        }
        T answer = request.send();
        return answer;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      byte[] bytes = new byte[data.remaining()];
      data.duplicate().get(bytes);
      PutResult result =
          ask(
              () -> {
                sent.add(new SentPut(key, bytes));
                mutated = true;
                return store.putIfAbsent(key, ByteBuffer.wrap(bytes));
              });
      if (losesAnswer) {
        losesAnswer = false;
        throw new WriteOutcomeUnknownException("the answer about " + key + " was lost");
      }
      return result;
    }

    @Override
    public byte[] get(BlobKey key, int bytesMax) throws IOException {
      return ask(() -> store.get(key, bytesMax));
    }

    @Override
    public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
      return ask(() -> store.getRange(key, offset, length));
    }

    @Override
    public Optional<BlobStat> stat(BlobKey key) throws IOException {
      return ask(() -> store.stat(key));
    }

    @Override
    public void names(String prefix, Consumer<String> each) throws IOException {
      List<String> all = new ArrayList<>();
      ask(
          () -> {
            store.names(prefix, all::add);
            return true;
          });
      all.forEach(each);
    }

    @Override
    public void list(String prefix, Consumer<BlobStat> each) throws IOException {
      List<BlobStat> all = new ArrayList<>();
      ask(
          () -> {
            store.list(prefix, all::add);
            return true;
          });
      all.forEach(each);
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      ask(
          () -> {
            store.delete(key);
            mutated = true;
            return true;
          });
    }

    @Override
    public void close() {
      // The store belongs to the test.
    }
  }
}
