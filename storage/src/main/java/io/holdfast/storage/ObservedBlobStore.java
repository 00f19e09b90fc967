package io.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// Counts requests, failures and bytes of blobs. *Lock-free by atomics*: counts of one moment may
/// be a request apart.
public final class ObservedBlobStore extends ForwardingBlobStore {
  private final Map<Operation, Tally> tallies = new EnumMap<>(Operation.class);

  public ObservedBlobStore(BlobStore inner) {
    super(inner);
    for (Operation operation : Operation.values()) {
      tallies.put(operation, new Tally(new LongAdder(), new LongAdder(), new LongAdder()));
    }
  }

  /// What was asked of the store.
  public enum Operation {
    PUT,
    GET,
    STAT,
    LIST,
    DELETE
  }

  /// What happened so far.
  ///
  /// @param requests all calls that ended, failed ones included
  /// @param failures calls that ended with an exception
  /// @param bytes of blobs stored or received; a put that found the key taken stored none
  public record Count(long requests, long failures, long bytes) {}

  public Count count(Operation operation) {
    Tally tally = tally(operation);
    return new Count(tally.requests().sum(), tally.failures().sum(), tally.bytes().sum());
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    int bytes = data.remaining();
    return observe(
        Operation.PUT,
        () -> super.putIfAbsent(key, data),
        result -> result == PutResult.STORED ? bytes : 0);
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    return observe(Operation.GET, () -> super.get(key, bytesMax), bytes -> bytes.length);
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    return observe(Operation.GET, () -> super.getRange(key, offset, length), bytes -> bytes.length);
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    return observe(Operation.STAT, () -> super.stat(key), _ -> 0);
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    boolean _ =
        observe(
            Operation.LIST,
            () -> {
              super.list(prefix, each);
              return true;
            },
            _ -> 0);
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    boolean _ =
        observe(
            Operation.LIST,
            () -> {
              super.names(prefix, each);
              return true;
            },
            _ -> 0);
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    boolean _ =
        observe(
            Operation.DELETE,
            () -> {
              super.delete(key);
              return true;
            },
            _ -> 0);
  }

  private <T> T observe(Operation operation, Request<T> request, BytesOf<T> bytesOf)
      throws IOException {
    Tally tally = tally(operation);
    boolean done = false;
    try {
      T result = request.send();
      tally.bytes().add(bytesOf.count(result));
      done = true;
      return result;
    } finally {
      tally.requests().increment();
      if (!done) {
        tally.failures().increment();
      }
    }
  }

  private Tally tally(Operation operation) {
    Tally tally = tallies.get(operation);
    if (tally == null) {
      throw new IllegalStateException("no tally of " + operation);
    }
    return tally;
  }

  private record Tally(LongAdder requests, LongAdder failures, LongAdder bytes) {}

  private interface Request<T> {
    T send() throws IOException;
  }

  private interface BytesOf<T> {
    long count(T result);
  }
}
