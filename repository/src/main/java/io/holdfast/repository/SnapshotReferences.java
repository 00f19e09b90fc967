package io.holdfast.repository;

import java.io.IOException;
import java.util.function.BiConsumer;

/// Knows what the chunks of a snapshot are: the repository itself does not look into trees.
@FunctionalInterface
public interface SnapshotReferences {
  /// Hands every chunk that the snapshot needs to `each`, its roots included; a chunk may come
  /// several times.
  ///
  /// @throws CorruptRepositoryException if a part of the snapshot cannot be read, so that nobody
  ///   knows what else it needs
  void visit(ChunkReader chunks, StoredSnapshot snapshot, BiConsumer<ChunkType, ChunkId> each)
      throws IOException;
}
