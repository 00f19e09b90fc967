package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.repository.ChunkType.Packing;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One kind of packs of a session: a pack that is being filled and those that are being uploaded,
/// in buffers that are used in turn. In which order packs arrive means nothing. Thread-safe;
/// [#runUploader] is for as many threads as there are uploads at once.
final class PackLane {
  private final int buffers;
  private final Packing packing;
  private final RepositoryId repository;
  private final Domain domain;
  private final SessionId session;
  private final Entropy entropy;
  private final ResolvedPut puts;
  private final DeltaWriter deltas;
  private final FirstFailure failure;
  private final AtomicLong storedBytes;
  private final AtomicLong sequence;
  private final ReentrantLock lock = new ReentrantLock();
  private final BlockingQueue<PackBuilder> free;
  private final BlockingQueue<PackBuilder> full;

  /// Guarded by `lock`.
  private @Nullable PackBuilder filling;

  /// What all lanes of a session share.
  record Shared(
      RepositoryId repository,
      Domain domain,
      SessionId session,
      Entropy entropy,
      ResolvedPut puts,
      DeltaWriter deltas,
      FirstFailure failure,
      AtomicLong storedBytes,
      AtomicLong sequence) {}

  PackLane(Packing packing, int bytesTarget, int uploadsAtOnce, Shared shared) {
    this.buffers = uploadsAtOnce + 1;
    this.free = new ArrayBlockingQueue<>(buffers);
    this.full = new ArrayBlockingQueue<>(buffers);
    this.packing = packing;
    this.repository = shared.repository;
    this.domain = shared.domain;
    this.session = shared.session;
    this.entropy = shared.entropy;
    this.puts = shared.puts;
    this.deltas = shared.deltas;
    this.failure = shared.failure;
    this.storedBytes = shared.storedBytes;
    this.sequence = shared.sequence;
    for (int i = 0; i < buffers; i++) {
      free.add(new PackBuilder(bytesTarget));
    }
  }

  /// Copies a frame into the pack that is being filled; waits while uploads lag behind.
  ///
  /// @param prefix the chunk that this one is the difference to
  void append(
      ChunkType type,
      ChunkId id,
      byte[] frame,
      int frameBytes,
      int plainBytes,
      Optional<ChunkId> prefix)
      throws IOException {
    lock.lock();
    try {
      failure.check();
      PackBuilder pack = filling;
      if (pack != null && !pack.fits(frameBytes)) {
        filling = null;
        handOver(pack);
        pack = null;
      }
      if (pack == null) {
        pack = takeFree();
        filling = pack;
        failure.check();
      }
      pack.append(type, id, frame, frameBytes, plainBytes, prefix);
    } finally {
      lock.unlock();
    }
  }

  /// Hands the last pack over and waits until nothing is on its way.
  void drain() throws IOException {
    lock.lock();
    try {
      PackBuilder pack = filling;
      filling = null;
      if (pack != null) {
        handOver(pack);
      }
      List<PackBuilder> idle = new ArrayList<>(buffers);
      try {
        while (idle.size() < buffers) {
          idle.add(takeFree());
        }
      } finally {
        free.addAll(idle);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Uploads full packs until interrupted. After a failure packs are only emptied, so that nobody
  /// waits for ever.
  void runUploader() throws InterruptedException {
    while (true) {
      PackBuilder pack = full.take();
      try {
        if (!failure.isSet() && !pack.isEmpty()) {
          upload(pack);
        }
      } catch (IOException | RuntimeException | Error e) {
        failure.record(e);
      } finally {
        pack.reset();
        free.add(pack);
      }
    }
  }

  private void upload(PackBuilder pack) throws IOException {
    PackSection section =
        pack.seal(
            repository,
            domain,
            session,
            Math.toIntExact(sequence.getAndIncrement()),
            packing,
            entropy);
    var key = ObjectNames.pack(section.pack);
    if (puts.put(key, pack.bytes(), 0, pack.size()) != ResolvedPut.Owner.OURS) {
      throw CorruptRepositoryException.damaged(key + " is there with other content");
    }
    storedBytes.addAndGet(pack.size());
    deltas.add(section);
  }

  private void handOver(PackBuilder pack) {
    if (!full.offer(pack)) {
      throw new IllegalStateException("more packs than buffers");
    }
  }

  private PackBuilder takeFree() throws InterruptedIOException {
    try {
      return free.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an upload");
    }
  }
}
