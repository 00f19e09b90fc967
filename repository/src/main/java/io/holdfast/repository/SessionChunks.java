package io.holdfast.repository;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.crypto.Pool;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The chunks of one session: compresses and seals in the calling thread, then hands the frame to
/// the lane of its packing. Thread-safe.
final class SessionChunks implements ChunkWriter {
  /// Of shorter chunks too little can be saved to read others for them.
  private static final int DIFFERENCE_BYTES_MIN = 4 << 10;

  private final Domain domain;
  private final ChunkIndex known;
  private final FirstFailure failure;
  private final PackLane data;
  private final PackLane metadata;
  private final Pool<FrameSealer> sealers;
  private final FreshChunks fresh = new FreshChunks();
  private final PrefixSource prefixes;
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
      PrefixSource prefixes,
      Heartbeat heartbeat) {
    this.domain = domain;
    this.known = known;
    this.failure = failure;
    this.data = data;
    this.metadata = metadata;
    this.sealers = sealers;
    this.prefixes = prefixes;
    this.heartbeat = heartbeat;
  }

  Domain domain() {
    return domain;
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
    if (!isNew(type, id, length)) {
      return PutOutcome.ALREADY_THERE;
    }
    FrameSealer sealer = sealers.take();
    try {
      int frameBytes = sealer.seal(domain, type, id, bytes, offset, length);
      append(sealer, type, id, frameBytes, length, Optional.empty());
      return PutOutcome.STORED;
    } catch (IOException | RuntimeException | Error e) {
      failure.record(e);
      throw e;
    } finally {
      sealers.give(sealer);
    }
  }

  @Override
  public Placed putSimilar(
      ChunkType type, ChunkId id, byte[] bytes, int offset, int length, List<ChunkId> similar)
      throws IOException {
    if (type != ChunkType.STREAM || length < DIFFERENCE_BYTES_MIN || similar.isEmpty()) {
      return new Placed(put(type, id, bytes, offset, length), OptionalInt.empty());
    }
    if (!isNew(type, id, length)) {
      return new Placed(PutOutcome.ALREADY_THERE, OptionalInt.empty());
    }
    FrameSealer sealer = sealers.take();
    try {
      OptionalInt used = OptionalInt.empty();
      Optional<ChunkId> prefix = Optional.empty();
      int frameBytes = 0;
      for (int i = 0; i < similar.size() && used.isEmpty(); i++) {
        Optional<PrefixSource.Prefix> found = prefixes.find(similar.get(i));
        if (found.isPresent()) {
          frameBytes = sealer.seal(domain, id, bytes, offset, length, found.get());
          if (sealer.isDifference()) {
            used = OptionalInt.of(i);
            prefix = found.map(PrefixSource.Prefix::id);
            // What the chunk would be by itself is mostly not known: half of it, say.
            prefixes.saved(Math.max(0, length / 2 - frameBytes));
          }
        }
      }
      if (frameBytes == 0) {
        frameBytes = sealer.seal(domain, type, id, bytes, offset, length);
      }
      append(sealer, type, id, frameBytes, length, prefix);
      return new Placed(PutOutcome.STORED, used);
    } catch (IOException | RuntimeException | Error e) {
      failure.record(e);
      throw e;
    } finally {
      sealers.give(sealer);
    }
  }

  /// Whether the chunk has to be stored by whoever asks.
  private boolean isNew(ChunkType type, ChunkId id, int length) throws IOException {
    if (length > CHUNK_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a chunk of " + length + " bytes is above the limit of " + CHUNK_BYTES_MAX);
    }
    failure.check();
    heartbeat.beat();
    return !known.contains(type, id) && fresh.add(type, id);
  }

  private void append(
      FrameSealer sealer,
      ChunkType type,
      ChunkId id,
      int frameBytes,
      int length,
      Optional<ChunkId> prefix)
      throws IOException {
    lane(type.packing()).append(type, id, sealer.frame(), frameBytes, length, prefix);
  }

  /// Takes a frame as it is, which was sealed under the key version that this session writes with.
  ///
  /// @param opened stored whole, and proved: what is in it is what `id` says
  PutOutcome adopt(ChunkType type, ChunkId id, IndexedReader.OpenedFrame opened)
      throws IOException {
    failure.check();
    heartbeat.beat();
    if (known.contains(type, id) || !fresh.add(type, id)) {
      return PutOutcome.ALREADY_THERE;
    }
    try {
      byte[] frame = opened.frame;
      lane(type.packing())
          .append(type, id, frame, frame.length, opened.plain.length, Optional.empty());
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
