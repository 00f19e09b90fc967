package io.holdfast.repository;

import java.io.IOException;

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

  /// What [#put] did.
  enum PutOutcome {
    STORED,
    ALREADY_THERE
  }
}
