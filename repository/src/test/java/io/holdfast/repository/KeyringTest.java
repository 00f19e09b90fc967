package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.Keyring.DataKeys;
import io.holdfast.repository.Keyring.Holder;
import io.holdfast.repository.Keyring.Slot;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyringTest {
  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void aNewRepositoryHasTheKeyAndTheKit() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      List<Slot> slots = repository.keyring().slots().slots();

      assertThat(slots).hasSize(2);
      assertThat(slots).filteredOn(slot -> slot.holder() == Holder.US).hasSize(1);
      assertThat(slots)
          .filteredOn(slot -> slot.use() == KeySlot.Use.RECOVERY_KIT)
          .singleElement()
          .satisfies(kit -> assertThat(kit.holder()).isEqualTo(Holder.SOMEBODY));
      assertThat(slots)
          .allSatisfy(slot -> assertThat(slot.createdAt()).isEqualTo(Repositories.NOW));
      assertThat(repository.keyring().dataKeys())
          .containsExactly(new DataKeys("main", 1, Optional.of(Repositories.NOW)));
    }
  }

  @Test
  void anAddedKeyOpensAndARemovedOneDoesNot() throws IOException {
    String added;
    try (Repository repository = Repositories.init(store, 1)) {
      added = repository.keyring().add(raw(9));
    }
    try (Repository repository = open(raw(9))) {
      assertThat(repository.keyring().ourSlot()).isEqualTo(added);
      String first = slotOf(Repositories.key());
      assertThat(repository.keyring().remove(first.substring(0, 6)).id()).isEqualTo(first);
    }
    refused(() -> open(Repositories.key()), ErrorCode.KEY_WRONG, "opens none of");
    open(raw(9)).close();
  }

  @Test
  void aKeyThatIsInGetsNoSecondSlot() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      Keyring keyring = repository.keyring();
      String added = keyring.add(raw(9));
      assertThat(keyring.add(raw(9))).isEqualTo(added);
      assertThat(keyring.add(Repositories.key())).isEqualTo(keyring.ourSlot());
      assertThat(keyring.slots().slots()).hasSize(3);
    }
  }

  @Test
  void anExchangeThatWasCutOffAndRepeatedLeavesNoSecondWayIn() throws IOException {
    Repositories.init(store, 1).close();
    var cut =
        new ForwardingBlobStore(store) {
          @Override
          public void delete(BlobKey key) throws IOException {
            throw new StoreUnavailableException("no route to host");
          }
        };
    try (Repository repository =
        Repository.open(cut, Repositories.key(), Repositories.options(2))) {
      assertThatThrownBy(() -> repository.keyring().replaceOurs(raw(9)))
          .isInstanceOf(StoreUnavailableException.class);
    }
    try (Repository repository = open(Repositories.key())) {
      var _ = repository.keyring().replaceOurs(raw(9));
    }
    refused(() -> open(Repositories.key()), ErrorCode.KEY_WRONG, "opens none of");
    try (Repository repository = open(raw(9))) {
      var _ = repository.keyring().replaceOurs(raw(10));
      assertThat(repository.keyring().slots().slots()).as("our key and the kit").hasSize(2);
    }
    refused(() -> open(raw(9)), ErrorCode.KEY_WRONG, "opens none of");
    open(raw(10)).close();
  }

  @Test
  void aKeyWithTwoSlotsIsReplacedWhole() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      // As an exchange that was cut off and repeated once left it.
      var _ =
          RepositoryCreation.addSlot(
              new ResolvedPut(store, repository.options().pause()),
              repository.options(),
              repository.format().id(),
              repository.root(),
              Repositories.key(),
              KeySlot.Use.UNSAID);
      assertThat(repository.keyring().slots().slots()).hasSize(3);
      var _ = repository.keyring().replaceOurs(raw(9));
    }
    refused(() -> open(Repositories.key()), ErrorCode.KEY_WRONG, "opens none of");
    open(raw(9)).close();
  }

  @Test
  void theKeyInUseDoesNotTakeItsOwnPlace() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      Keyring keyring = repository.keyring();
      refused(() -> keyring.replaceOurs(Repositories.key()), ErrorCode.BAD_ARGUMENT, "in use");
      assertThat(keyring.slots().slots()).hasSize(2);
    }
    open(Repositories.key()).close();
  }

  @Test
  void theKeyInUseIsNeverRemovedNorAreGuesses() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      Keyring keyring = repository.keyring();

      refused(() -> keyring.remove(keyring.ourSlot()), ErrorCode.BAD_ARGUMENT, "you are using");
      refused(() -> keyring.remove("abc"), ErrorCode.BAD_ARGUMENT, "too short");
      refused(() -> keyring.remove("0000000000000000"), ErrorCode.BAD_ARGUMENT, "there is no slot");
      assertThat(keyring.slots().slots()).hasSize(2);
    }
  }

  @Test
  void twoWhoRemoveEachOtherLeaveBothIn() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      var _ = repository.keyring().add(raw(9));
    }
    String first = slotOf(Repositories.key());
    String second = slotOf(raw(9));
    // While one removes the other's slot, the other has just removed its own.
    MemoryBlobStore memory = store;
    var racing =
        new ForwardingBlobStore(memory) {
          @Override
          public void delete(BlobKey key) throws IOException {
            super.delete(key);
            memory.delete(ObjectNames.keySlot(first));
          }
        };
    try (Repository repository =
        Repository.open(racing, Repositories.key(), Repositories.options(3))) {
      repository.keyring().remove(second);
    }

    open(Repositories.key()).close();
  }

  @Test
  void everyKitOpensAndSaysWhichSlotIsIts() throws IOException {
    Keyring.Kit kit;
    try (Repository repository = Repositories.init(store, 1)) {
      kit = repository.keyring().addKit();
    }

    assertThat(kit.page().expose()).contains("slot:       " + kit.slot());
    try (Repository repository = open(RecoveryKit.parse(kit.page()))) {
      assertThat(repository.keyring().ourSlot()).isEqualTo(kit.slot());
      assertThat(repository.keyring().slots().slots())
          .filteredOn(slot -> slot.use() == KeySlot.Use.RECOVERY_KIT)
          .hasSize(2);
    }
  }

  @Test
  void theSixtyFifthKeyIsRefusedBecauseNobodyWouldTryIt() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      Keyring keyring = repository.keyring();
      for (int n = 2; n < KeySlot.SLOTS_MAX; n++) {
        var _ = keyring.add(raw(n));
      }
      refused(() -> keyring.add(raw(100)), ErrorCode.BAD_ARGUMENT, "64 key slots");
      refused(keyring::addKit, ErrorCode.BAD_ARGUMENT, "64 key slots");
    }
    for (int n = 2; n < KeySlot.SLOTS_MAX; n++) {
      open(raw(n)).close();
    }
  }

  @Test
  void backupsOfBothSidesOfARotationAreReadByOldAndNewProcesses() throws IOException {
    try (Repository old = Repositories.init(store, 1)) {
      Domain wal = old.domain("wal");
      byte[] before = wal.seal("test", new byte[0], new byte[] {1}, 0, 1);
      ChunkId first = backUp(old, 1);
      try (Repository other = Repositories.open(store, 2)) {
        assertThat(other.keyring().rotate(Optional.empty()))
            .extracting(DataKeys::domain, DataKeys::version)
            .containsExactlyInAnyOrder(
                org.assertj.core.groups.Tuple.tuple("main", 2),
                org.assertj.core.groups.Tuple.tuple("wal", 2));
      }
      try (Repository fresh = Repositories.open(store, 3)) {
        ChunkId second = backUp(fresh, 2);
        Domain later = fresh.domain("wal");
        byte[] after = later.seal("test", new byte[0], new byte[] {2}, 0, 1);
        assertThat(after[7]).as("version of the key").isEqualTo((byte) 2);
        for (Repository reader : List.of(old, fresh)) {
          assertThat(read(reader, first)).containsExactly(1);
          assertThat(read(reader, second)).containsExactly(2);
          assertThat(reader.snapshots()).hasSize(2);
          Domain keys = reader.domain("wal");
          assertThat(keys.open("test", new byte[0], before, 10)).containsExactly(1);
          assertThat(keys.open("test", new byte[0], after, 10)).containsExactly(2);
        }
        assertThat(fresh.verification().check()).isEmpty();
        assertThat(backUp(fresh, 1)).as("ids stay, so nothing is stored twice").isEqualTo(first);
      }
    }
  }

  @Test
  void onlyTheNamedDomainGetsNewKeys() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      repository.domain("wal");
      Keyring keyring = repository.keyring();

      var _ = keyring.rotate(Optional.of("wal"));

      assertThat(keyring.dataKeys())
          .extracting(DataKeys::version)
          .as("main, wal")
          .containsExactly(1, 2);
      refused(() -> keyring.rotate(Optional.of("no")), ErrorCode.BAD_ARGUMENT, "no domain 'no'");
    }
  }

  @Test
  void damageAmongTheKeysIsNamed() throws IOException {
    try (Repository repository = Repositories.init(store, 1)) {
      Keyring keyring = repository.keyring();
      var _ = keyring.rotate(Optional.empty());
      assertThat(keyring.damage()).isEmpty();
      BlobKey kit =
          ObjectNames.keySlot(
              keyring.slots().slots().stream()
                  .filter(slot -> slot.holder() == Holder.SOMEBODY)
                  .findFirst()
                  .orElseThrow()
                  .id());
      byte[] bytes = store.get(kit, KeySlot.BYTES);
      bytes[100] ^= 1;
      store.delete(kit);
      store.putIfAbsent(kit, ByteBuffer.wrap(bytes));

      assertThat(keyring.damage())
          .singleElement()
          .satisfies(e -> assertThat(e.text()).contains("" + kit));
      assertThat(keyring.slots().slots()).hasSize(1);
      assertThat(keyring.slots().damaged()).hasSize(1);
    }
  }

  private Repository open(KeyMaterial key) throws IOException {
    return Repository.open(store, key, Repositories.options(4));
  }

  private String slotOf(KeyMaterial key) throws IOException {
    try (Repository repository = open(key)) {
      return repository.keyring().ourSlot();
    }
  }

  private static ChunkId backUp(Repository repository, int content) throws IOException {
    try (BackupSession session = repository.beginSession()) {
      byte[] root = {(byte) content};
      ChunkId id = session.chunks().ids().of(ChunkType.ROOT, root, 0, 1);
      session.chunks().put(ChunkType.ROOT, id, root, 0, 1);
      session.commit(Repositories.record("backup-" + content, id));
      return id;
    }
  }

  private static byte[] read(Repository repository, ChunkId id) throws IOException {
    return repository.reader().read(ChunkType.ROOT, id, 10);
  }

  private static KeyMaterial raw(int fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) fill);
    key[0] = 1;
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void refused(Work work, ErrorCode code, String text) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.text()).contains(text);
            });
  }
}
