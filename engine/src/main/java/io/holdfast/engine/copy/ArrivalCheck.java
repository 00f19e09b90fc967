package io.holdfast.engine.copy;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Finding;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification;
import io.holdfast.repository.Verification.Findability;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.List;

/// Looks at a copied backup in the target, by an index that is loaded anew: everything it refers to
/// must be there, and the packs that were written for it are read back.
record ArrivalCheck(Repository target) {
  /// @throws CorruptRepositoryException if anything is missing or is not what was sent
  void require(StoredSnapshot snapshot) throws IOException {
    ChunkReader reader = target.reader(snapshot.record());
    for (ChunkId root : snapshot.record().roots().values()) {
      TreeReader.open(reader, root)
          .forEachChunk(
              (type, id) -> {
                if (!reader.contains(type, id)) {
                  throw CorruptRepositoryException.missing(
                      "chunk " + id + " of type " + type + " did not arrive in the target");
                }
              });
    }
    Verification verification = target.verification();
    for (var pack : verification.packsOf(snapshot.id())) {
      List<Finding> findings = verification.verifyChecksums(List.of(pack));
      if (!findings.isEmpty()) {
        throw CorruptRepositoryException.damaged(
            findings.getFirst().object() + " in the target: " + findings.getFirst().problem());
      }
    }
  }

  /// For a backup that was there before: everything that it refers to must be in a pack that is
  /// there. No pack is read.
  ///
  /// @throws CorruptRepositoryException if anything is missing
  void requireFindable(SnapshotRecord backup, Findability chunks) throws IOException {
    ChunkReader reader = target.reader(backup);
    for (ChunkId root : backup.roots().values()) {
      TreeReader.open(reader, root)
          .forEachChunk(
              (type, id) -> {
                if (!chunks.isFindable(type, id)) {
                  throw CorruptRepositoryException.missing(
                      "chunk " + id + " of type " + type + " is missing in the target");
                }
              });
    }
  }
}
