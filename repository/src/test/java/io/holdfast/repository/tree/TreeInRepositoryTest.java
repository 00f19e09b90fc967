package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Trees over real packs and keys.
final class TreeInRepositoryTest {
  private final MemoryBlobStore store = new MemoryBlobStore();
  private final ModelTree model = new ModelTree();
  private long seed;

  private record Written(ChunkId root, long storedBytes) {}

  private Written write(Optional<ChunkId> parent) throws IOException {
    try (Repository repository = Repositories.open(store, ++seed);
        BackupSession session = repository.beginSession()) {
      Optional<TreeReader> parentTree = Optional.empty();
      if (parent.isPresent()) {
        parentTree = Optional.of(TreeReader.open(repository.reader(), parent.get()));
      }
      ChunkId root = model.write(session.chunks(), parentTree).root();
      session.commit(Repositories.record("backup_" + seed, root));
      return new Written(root, session.storedBytes());
    }
  }

  private void requireEqual(ChunkId root) throws IOException {
    try (Repository repository = Repositories.open(store, ++seed)) {
      model.requireEqual(repository.reader(), root);
    }
  }

  @Test
  void aChainOfBackupsComesBackAndAnUnchangedOneStoresUnderAPercent() throws IOException {
    Repositories.init(store, ++seed).close();
    SplittableRandom random = new SplittableRandom(4);
    RandomChanges changes = new RandomChanges(random, model);
    for (int i = 0; i < 15; i++) {
      changes.addFile();
    }
    Written first = write(Optional.empty());
    requireEqual(first.root());

    Written unchanged = write(Optional.of(first.root()));
    assertThat(unchanged.root()).isEqualTo(first.root());
    assertThat(unchanged.storedBytes()).isLessThan(first.storedBytes() / 100);

    ChunkId root = unchanged.root();
    for (int generation = 0; generation < 5; generation++) {
      changes.change();
      root = write(Optional.of(root)).root();
      requireEqual(root);
    }
  }
}
