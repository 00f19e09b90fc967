package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.Shredding.KeptKeys;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.StaleListingBlobStore;
import io.holdfast.storage.testing.StaleListingBlobStore.Lag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A store whose listings lag behind. What was deleted may be shown for ever: nothing is lost by
/// it, and nothing is called damaged. What was put must be shown at once: a store that leaves it
/// out is found out when a repository is made there.
class StaleListingTest {
  private static final PrunePolicy ALL =
      new PrunePolicy(0, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  private static final SnapshotReferences REFERENCES =
      (chunks, snapshot, each) -> {
        ChunkId root = snapshot.record().root("tree");
        each.accept(ChunkType.ROOT, root);
        long seed = ByteBuffer.wrap(chunks.read(ChunkType.ROOT, root, 8)).getLong();
        SmallBackup.chunks(chunks.ids(), seed).forEach(c -> each.accept(c.type, c.id));
      };

  private final MemoryBlobStore memory = new MemoryBlobStore();
  private final StaleListingBlobStore store = new StaleListingBlobStore(memory, Lag.SHOWS_DELETED);
  private final List<StoredSnapshot> backups = new ArrayList<>();
  private long minutes;

  @Test
  void backupsArePrunedRepairedAndReadWhileListingsShowAllThatWasEverDeleted() throws Exception {
    Repositories.init(store, 1).close();
    for (int round = 0; round < 4; round++) {
      backUp("kept " + round, round);
      StoredSnapshot dropped = backUp("dropped " + round, 100 + round);
      backups.remove(dropped);
      try (Repository repository = open(store)) {
        repository.forget(List.of(dropped.id()));
      }
      prune();
      requireSound();
    }
    assertThat(store.hasInjected()).isTrue();

    // Content that was stored, pruned and is still shown is stored again.
    backUp("dropped again", 102);
    prune();
    requireSound();
    store.catchUp();
    requireSound();
  }

  @Test
  void theLastBackupIsForgottenAndNothingIsCalledLost() throws Exception {
    Repositories.init(store, 1).close();
    StoredSnapshot only = backUp("only", 1);
    backups.clear();
    try (Repository repository = open(store)) {
      repository.forget(List.of(only.id()));
    }
    prune();
    prune();
    requireSound();
    assertThat(store.hasInjected()).isTrue();
  }

  @Test
  void aKeyThatWasRemovedIsNoDamagedKey() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      Keyring keyring = repository.keyring();
      String added = keyring.add(other());
      assertThat(keyring.remove(added).id()).isEqualTo(added);

      assertThat(keyring.slots().slots()).hasSize(2);
      assertThat(keyring.slots().damaged()).isEmpty();
      assertThat(keyring.damage()).isEmpty();
      assertThatThrownBy(() -> keyring.remove(added)).hasMessageContaining("there is no slot");
    }
    assertThatThrownBy(() -> Repository.open(store, other(), options()))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG);
              assertThat(e.text()).contains("2 key slots").doesNotContain("damaged");
            });
    requireSound();
    assertThat(store.hasInjected()).isTrue();
  }

  @Test
  void aDomainIsDestroyedAlthoughItsKeysAreStillShown() throws Exception {
    Repositories.init(store, 1).close();
    backUp("in main", 1);
    try (Repository repository = open(store)) {
      SmallBackup.write(repository, "doomed", "first", 6);
      assertThat(repository.keyring().rotate(Optional.of("doomed"))).hasSize(1);
      assertThat(repository.shredding("doomed").run(KeptKeys.REFUSED).deletedKeys()).isEqualTo(2);
    }
    try (Repository repository = open(store)) {
      assertThat(repository.shredding("doomed").run(KeptKeys.REFUSED).deletedKeys()).isZero();
      assertThat(repository.keyring().dataKeys())
          .extracting(Keyring.DataKeys::domain)
          .containsExactly("main");
    }
    prune();
    requireSound();
    assertThat(store.hasInjected()).isTrue();
  }

  @Test
  void noRepositoryIsMadeWhereListingsLeaveOutWhatWasPut() {
    assertThatThrownBy(
            () -> Repositories.init(new StaleListingBlobStore(memory, Lag.HIDES_NEW), 1).close())
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
              assertThat(e.text()).contains("does not show what was just stored");
              assertThat(e.hint()).contains("listings");
            });
    assertThat(memory.stat(ObjectNames.FORMAT)).isEmpty();
  }

  @Test
  void aBackupIsWholeWhenListingsThatLeftItOutCatchUp() throws Exception {
    Repositories.init(memory, 1).close();
    StaleListingBlobStore late = new StaleListingBlobStore(memory, Lag.HIDES_NEW);
    try (Repository repository = open(late)) {
      backups.add(SmallBackup.write(repository, "late", 1));
      assertThat(repository.snapshots()).isEmpty();
    }
    late.catchUp();
    assertThat(late.hasInjected()).isTrue();
    try (Repository repository = open(late)) {
      assertThat(repository.snapshots()).hasSize(1);
    }
    requireSound();
  }

  private StoredSnapshot backUp(String name, long seed) throws IOException {
    try (Repository repository = open(store)) {
      StoredSnapshot written = SmallBackup.write(repository, name, seed);
      backups.add(written);
      return written;
    }
  }

  private void prune() throws IOException {
    try (Repository repository = open(store)) {
      assertThat(repository.pruning(REFERENCES).run(ALL).buried()).isTrue();
    }
  }

  /// Through the store whose listings are wrong.
  private void requireSound() throws IOException {
    try (Repository repository = open(store)) {
      Verification verification = repository.verification();
      assertThat(verification.check().stream().filter(finding -> finding.kind().isDamage()))
          .isEmpty();
      assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
      assertThat(repository.snapshotListing().damaged()).isEmpty();
      assertThat(repository.snapshotListing().undecided()).isEmpty();
      assertThat(repository.snapshots())
          .extracting(StoredSnapshot::id)
          .containsExactlyInAnyOrderElementsOf(backups.stream().map(StoredSnapshot::id).toList());
      for (StoredSnapshot backup : backups) {
        SmallBackup.assertReadable(repository.reader(), backup);
      }
      RepairPolicy mending =
          new RepairPolicy(Set.of(), List.of(), Duration.ofHours(24), Duration.ZERO);
      assertThat(repository.repairing(mending).plan().isNothing()).isTrue();
    }
  }

  /// Each time a minute later, so that maintenance may seal the sessions before.
  private Repository open(BlobStore on) throws IOException {
    return Repository.open(on, Repositories.key(), options());
  }

  private RepositoryOptions options() {
    minutes++;
    SettableClock clock = new SettableClock(Repositories.NOW.plus(Duration.ofMinutes(minutes)));
    return new RepositoryOptions(clock, Seeds.entropy(7_000 + minutes), _ -> {}, 64 << 10, 1);
  }

  private static KeyMaterial other() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 9);
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }
}
