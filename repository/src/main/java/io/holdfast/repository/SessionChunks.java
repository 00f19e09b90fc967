package io.holdfast.repository;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.crypto.Pool;
import java.io.IOException;

/// The chunks of one session: compresses and seals in the calling thread, then hands the frame to
/// the lane of its packing. Thread-safe.
final class SessionChunks implements ChunkWriter {
  private final Domain domain;
  private final ChunkIndex known;
  private final FirstFailure failure;
  private final PackLane data;
  private final PackLane metadata;
  private final Pool<FrameSealer> sealers;
  private final FreshChunks fresh = new FreshChunks();
  private final Heartbeat heartbeat;

  /// Called with every chunk; says now and then that the session lives.
  interface Heartbeat {
    void beat() throws IOException;
  }

  SessionChunks(
      Domain domain,
      ChunkIndex known,
      FirstFailure failure,
      PackLane data,
      PackLane metadata,
      Pool<FrameSealer> sealers,
      Heartbeat heartbeat) {
    this.domain = domain;
    this.known = known;
    this.failure = failure;
    this.data = data;
    this.metadata = metadata;
    this.sealers = sealers;
    this.heartbeat = heartbeat;
  }

  @Override
  public ChunkIds ids() {
    return domain.ids();
  }

  @Override
  public boolean contains(ChunkType type, ChunkId id) {
    return known.contains(type, id) || fresh.contains(type, id);
  }

  @Override
  public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length)
      throws IOException {
    if (length > CHUNK_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a chunk of " + length + " bytes is above the limit of " + CHUNK_BYTES_MAX);
    }
    failure.check();
    heartbeat.beat();
    if (known.contains(type, id) || !fresh.add(type, id)) {
      return PutOutcome.ALREADY_THERE;
    }
    FrameSealer sealer = sealers.take();
    try {
      int frameBytes = sealer.seal(domain, type, id, bytes, offset, length);
      lane(type.packing()).append(type, id, sealer.frame(), frameBytes, length);
      return PutOutcome.STORED;
    } catch (IOException | RuntimeException | Error e) {
      failure.record(e);
      throw e;
    } finally {
      sealers.give(sealer);
    }
  }

  /// Takes a frame as it is, which was sealed under the key version that this session writes with.
  ///
  /// @param opened proved: what is in it is what `id` says
  PutOutcome adopt(ChunkType type, ChunkId id, IndexedReader.OpenedFrame opened)
      throws IOException {
    failure.check();
    heartbeat.beat();
    if (known.contains(type, id) || !fresh.add(type, id)) {
      return PutOutcome.ALREADY_THERE;
    }
    try {
      byte[] frame = opened.frame;
      lane(type.packing()).append(type, id, frame, frame.length, opened.plain.length);
      return PutOutcome.STORED;
    } catch (IOException | RuntimeException | Error e) {
      failure.record(e);
      throw e;
    }
  }

  private PackLane lane(Packing packing) {
    return switch (packing) {
      case DATA -> data;
      case METADATA -> metadata;
    };
  }
}
