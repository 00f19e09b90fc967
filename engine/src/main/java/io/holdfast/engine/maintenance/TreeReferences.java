package io.holdfast.engine.maintenance;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.SnapshotReferences;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.function.BiConsumer;

/// Every root of a snapshot is that of a tree, whatever was backed up.
final class TreeReferences implements SnapshotReferences {
  @Override
  public void visit(
      ChunkReader chunks, StoredSnapshot snapshot, BiConsumer<ChunkType, ChunkId> each)
      throws IOException {
    for (ChunkId root : snapshot.record().roots().values()) {
      TreeReader.open(chunks, root).forEachChunk(each);
    }
  }
}
