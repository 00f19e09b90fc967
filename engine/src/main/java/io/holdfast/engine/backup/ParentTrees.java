package io.holdfast.engine.backup;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/// Makes the writers of a backup's trees, which compare with those of the newest backup of the same
/// cluster.
///
/// @param warnings told of a parent that cannot be compared with
record ParentTrees(
    Optional<SnapshotRecord> parent,
    ChunkReader reader,
    ChunkWriter chunks,
    Consumer<String> warnings) {

  /// A parent whose lists are damaged only costs the comparison: then everything is looked up by
  /// content.
  TreeWriter writer(String tree) throws IOException {
    if (parent.isPresent() && parent.get().roots().containsKey(tree)) {
      try {
        ChunkId root = parent.get().root(tree);
        return new TreeWriter(chunks, Optional.of(TreeReader.open(reader, root)));
      } catch (CorruptRepositoryException e) {
        warnings.accept(
            "the backup "
                + parent.get().name()
                + " is damaged, so this one does not build on it: "
                + e.text());
      }
    }
    return new TreeWriter(chunks, Optional.empty());
  }
}
