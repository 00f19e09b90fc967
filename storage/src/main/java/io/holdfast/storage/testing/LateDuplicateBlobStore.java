package io.holdfast.storage.testing;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/// A network that delivers requests late: some puts arrive a second time, after they were answered,
/// and some are reported as unknown and arrive only later. They wait until a test calls
/// [#deliverNext], by which time the blob may have been removed and comes back. *Guarded* by the
/// queue.
public final class LateDuplicateBlobStore extends ForwardingBlobStore {
  private static final int WAITING_MAX = 10_000;

  private final SplittableRandom random;
  private final double duplicateChance;
  private final double delayChance;
  private final ArrayDeque<LatePut> waiting = new ArrayDeque<>();

  /// Each put is delayed or duplicated with these chances.
  public LateDuplicateBlobStore(
      BlobStore inner, long seed, double duplicateChance, double delayChance) {
    super(inner);
    this.random = new SplittableRandom(seed);
    this.duplicateChance = duplicateChance;
    this.delayChance = delayChance;
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    if (data.remaining() > BLOB_BYTES_MAX) {
      return super.putIfAbsent(key, data);
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    synchronized (waiting) {
      if (random.nextDouble() < delayChance) {
        enqueue(new LatePut(key, bytes));
        throw new WriteOutcomeUnknownException("injected: put " + key + " is still under way");
      }
    }
    PutResult result = super.putIfAbsent(key, data);
    synchronized (waiting) {
      if (random.nextDouble() < duplicateChance) {
        enqueue(new LatePut(key, bytes));
      }
    }
    return result;
  }

  private void enqueue(LatePut put) {
    if (waiting.size() == WAITING_MAX) {
      throw new IllegalStateException("more than " + WAITING_MAX + " late puts");
    }
    waiting.add(put);
  }

  /// How many puts are still under way.
  public int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  /// Lets one late put arrive, a random one; false if there is none.
  public boolean deliverNext() throws IOException {
    LatePut put;
    synchronized (waiting) {
      if (waiting.isEmpty()) {
        return false;
      }
      for (int turns = random.nextInt(waiting.size()); turns > 0; turns--) {
        waiting.add(waiting.remove());
      }
      put = waiting.remove();
    }
    PutResult _ = super.putIfAbsent(put.key, ByteBuffer.wrap(put.bytes));
    return true;
  }

  /// Lets all of them arrive.
  public void deliverAll() throws IOException {
    while (deliverNext()) {
      // until none is left
    }
  }

  private static final class LatePut {
    final BlobKey key;
    final byte[] bytes;

    LatePut(BlobKey key, byte[] bytes) {
      this.key = key;
      this.bytes = bytes;
    }
  }
}
