package io.holdfast.repository;

import java.io.IOException;
import java.util.Optional;

/// Reads chunks back; every read is authenticated. May be called from several threads.
public interface ChunkReader {
  ChunkIds ids();

  /// The same chunks as seen from a domain: [#ids] are those of its own.
  ///
  /// @throws CorruptRepositoryException if the domain has no keys
  default ChunkReader in(String domain) throws IOException {
    return this;
  }

  /// True if the chunk can be read, as far as the index says.
  boolean contains(ChunkType type, ChunkId id);

  /// The chunk that this one is stored as the difference to: without it, this one cannot be read.
  /// Empty if a copy that depends on nothing is stored, and if the chunk is unknown.
  default Optional<ChunkId> prefix(ChunkType type, ChunkId id) {
    return Optional.empty();
  }

  /// The plain bytes of a chunk, in an array that belongs to the caller.
  ///
  /// @param bytesMax the most that is acceptable; checked before anything is allocated
  /// @throws CorruptRepositoryException if the chunk is missing, damaged, or larger
  byte[] read(ChunkType type, ChunkId id, int bytesMax) throws IOException;

  /// Where the chunk lies, as a number that grows with the position: chunks of one pack are
  /// neighbours. For ordering reads.
  long locationHint(ChunkType type, ChunkId id);
}
