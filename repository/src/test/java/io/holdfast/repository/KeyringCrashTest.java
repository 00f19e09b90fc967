package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.Keyring.DataKeys;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore.Moment;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Ends the process at every request of each change of keys, before and after it took effect.
/// Nobody is locked out by it, everything is read and written as before, and the change is
/// completed when it is made again.
class KeyringCrashTest {
  /// Java's ciphers refuse the nonce they used last, which repeating a seed would bring.
  private static final AtomicLong WORLDS = new AtomicLong(50_000);

  private MemoryBlobStore store = new MemoryBlobStore();
  private String spare = "";

  /// A change of keys.
  enum Change {
    ADD,
    PRINT_A_KIT,
    REMOVE,
    ROTATE,
    REPLACE
  }

  @ParameterizedTest
  @EnumSource
  void whereverAChangeDiesNobodyIsLockedOutAndItCanBeMadeAgain(Change change) throws Exception {
    makeRepository();
    CrashingBlobStore counting = CrashingBlobStore.counting(store);
    change(counting, change, ours());
    requireDone(change);
    assertThat(counting.steps()).isGreaterThan(8);
    // Which slot is tried first is chance, and so is the number of requests.
    int crashes = 0;
    for (long step = 1; step <= counting.steps(); step++) {
      for (Moment moment : Moment.values()) {
        makeRepository();
        CrashingBlobStore crashing = new CrashingBlobStore(store, step, moment);
        try {
          change(crashing, change, ours());
        } catch (SimulatedCrash e) {
          assertThat(crashing.hasCrashed()).as("%s %s step %d", change, moment, step).isTrue();
          crashes++;
        }
        KeyMaterial key = requireSomebodyIn(change);
        requireSound(key);
        if (opens(ours())) {
          change(store, change, ours());
        }
        requireDone(change);
      }
    }
    assertThat(crashes).isGreaterThan(16);
  }

  /// A repository with our key, its kit, and a spare key; two domains, and a backup in one of them.
  private void makeRepository() throws IOException {
    store = new MemoryBlobStore();
    try (Repository repository = Repositories.init(store, WORLDS.incrementAndGet())) {
      repository.domain("wal");
      spare = repository.keyring().add(raw(8));
      SmallBackup.write(repository, "before", 1);
    }
  }

  private void change(BlobStore on, Change change, KeyMaterial with) throws IOException {
    try (Repository repository = open(on, with)) {
      Keyring keyring = repository.keyring();
      switch (change) {
        case ADD -> keyring.add(raw(9));
        case PRINT_A_KIT -> keyring.addKit();
        case REMOVE -> {
          if (keyring.slots().slots().stream().anyMatch(slot -> slot.id().equals(spare))) {
            keyring.remove(spare);
          }
        }
        case ROTATE -> keyring.rotate(Optional.empty());
        case REPLACE -> keyring.replaceOurs(raw(9));
      }
    }
  }

  /// The key that was in use opens, or the one that takes its place does.
  private KeyMaterial requireSomebodyIn(Change change) throws IOException {
    if (opens(ours())) {
      return ours();
    }
    assertThat(change).isEqualTo(Change.REPLACE);
    assertThat(opens(raw(9))).as("our key is out, so the new one must be in").isTrue();
    return raw(9);
  }

  private void requireSound(KeyMaterial key) throws IOException {
    try (Repository repository = open(store, key)) {
      assertThat(repository.keyring().damage()).isEmpty();
      assertThat(repository.keyring().slots().damaged()).isEmpty();
      assertThat(repository.keyring().dataKeys())
          .extracting(DataKeys::domain)
          .containsExactly("main", "wal");
      SmallBackup.write(repository, "after", 2);
      List<StoredSnapshot> snapshots = repository.snapshots();
      assertThat(snapshots).hasSize(2);
      for (StoredSnapshot snapshot : snapshots) {
        SmallBackup.assertReadable(repository.reader(), snapshot);
      }
      assertThat(repository.verification().check()).noneMatch(f -> f.kind().isDamage());
    }
  }

  private void requireDone(Change change) throws IOException {
    assertThat(opens(ours())).as("our key").isEqualTo(change != Change.REPLACE);
    assertThat(opens(raw(8))).as("the spare key").isEqualTo(change != Change.REMOVE);
    assertThat(opens(raw(9)))
        .as("the new key")
        .isEqualTo(change == Change.ADD || change == Change.REPLACE);
    if (change == Change.ROTATE) {
      try (Repository repository = open(store, ours())) {
        assertThat(repository.keyring().dataKeys()).allMatch(keys -> keys.version() >= 2);
      }
    }
  }

  private boolean opens(KeyMaterial key) throws IOException {
    try {
      open(store, key).close();
      return true;
    } catch (BackupException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG);
      return false;
    }
  }

  private static Repository open(BlobStore on, KeyMaterial key) throws IOException {
    long world = WORLDS.incrementAndGet();
    SettableClock clock = new SettableClock(Repositories.NOW.plus(Duration.ofSeconds(world)));
    return Repository.open(
        on, key, new RepositoryOptions(clock, Seeds.entropy(world), _ -> {}, 64 << 10, 1));
  }

  private static KeyMaterial ours() {
    return Repositories.key();
  }

  private static KeyMaterial raw(int fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) fill);
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }
}
