package io.holdfast.repository;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/// Takes chunks into a session. May be called from several threads; blocks while uploads lag
/// behind, so memory stays bounded. Nothing is visible to anybody before the session commits.
public interface ChunkWriter {
  /// The largest chunk in plain bytes: 16 MiB.
  int CHUNK_BYTES_MAX = 16 << 20;

  ChunkIds ids();

  /// True if a chunk of this id may be referred to by this session: it is stored in a pack that is
  /// neither condemned nor buried as far as this session knows, or was put earlier in this session.
  boolean contains(ChunkType type, ChunkId id);

  /// Stores the chunk unless [#contains] says it is there. `id` must be what [#ids] computes for
  /// these bytes. The array belongs to the caller again when the method returns.
  PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length)
      throws IOException;

  /// As [#put], for a chunk that may be much like one that is stored, as a new version of a file is
  /// like the one before: where nothing of this id is there, it may be stored as the difference to
  /// one of these. Nothing but its size tells so later.
  ///
  /// @param type chunks of type STREAM can be differences, others are put as they are
  /// @param similar the likeliest first; few, as each one may be read. Those that may not be
  ///   referred to are passed over
  default Placed putSimilar(
      ChunkType type, ChunkId id, byte[] bytes, int offset, int length, List<ChunkId> similar)
      throws IOException {
    return new Placed(put(type, id, bytes, offset, length), OptionalInt.empty());
  }

  /// What [#putSimilar] did.
  ///
  /// @param similar the number of the one that was of use
  record Placed(PutOutcome outcome, OptionalInt similar) {}

  /// What [#put] did.
  enum PutOutcome {
    STORED,
    ALREADY_THERE
  }
}
