package io.holdfast.repository;

import java.io.IOException;

/// Reads chunks back; every read is authenticated. May be called from several threads.
public interface ChunkReader {
  ChunkIds ids();

  boolean contains(ChunkType type, ChunkId id);

  /// The plain bytes of a chunk, in an array that belongs to the caller.
  ///
  /// @param bytesMax the most that is acceptable; checked before anything is allocated
  /// @throws CorruptRepositoryException if the chunk is missing, damaged, or larger
  byte[] read(ChunkType type, ChunkId id, int bytesMax) throws IOException;

  /// Where the chunk lies, as a number that grows with the position: chunks of one pack are
  /// neighbours. For ordering reads.
  long locationHint(ChunkType type, ChunkId id);
}
