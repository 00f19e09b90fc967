package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OpeningTest {
  private final MemoryBlobStore store = new MemoryBlobStore();

  @Test
  void aWrongKeyOpensNothingAndIsNamedSo() throws Exception {
    Repositories.init(store, 1).close();
    byte[] other = new byte[32];
    other[31] = 1;

    assertCode(() -> open(new KeyMaterial.RawKey(new SecretBytes(other))), ErrorCode.KEY_WRONG);
    assertCode(() -> open(new KeyMaterial.Passphrase(new Secret("x"))), ErrorCode.KEY_WRONG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "zz", "0x", " "})
  void aKeyOfAnotherFormIsMalformed(String start) {
    String text = start + "0".repeat(start.equals("zz") || start.equals("0x") ? 62 : 61);

    assertCode(() -> KeyMaterial.fromHex(new Secret(text)), ErrorCode.KEY_MALFORMED);
  }

  @Test
  void aMessageAboutAKeyNeverShowsIt() {
    assertThatThrownBy(() -> KeyMaterial.fromHex(new Secret("c0ffee" + "g".repeat(58))))
        .hasMessageContaining("character 7")
        .hasMessageNotContaining("c0ffee");
  }

  @Test
  void nothingThereIsARepositoryMissing() {
    assertCode(() -> open(Repositories.key()), ErrorCode.REPOSITORY_MISSING);
  }

  @Test
  void backupsWithoutFormatAreDamage() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      SmallBackup.write(repository, "one", 1);
    }
    store.delete(ObjectNames.FORMAT);

    assertCode(() -> open(Repositories.key()), ErrorCode.OBJECT_MISSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"format/", "keys/slot/", "keys/domain/"})
  void whatKeepsVerifyFromOpeningIsToBePutBack(String prefix) throws Exception {
    Repositories.init(store, 1).close();
    List<BlobKey> damaged = new ArrayList<>();
    store.list(prefix, blob -> damaged.add(blob.key()));
    for (BlobKey key : damaged) {
      byte[] bytes = store.get(key, 1 << 16);
      bytes[bytes.length / 2] ^= 1;
      replace(key, bytes);
    }

    assertThat(damaged).isNotEmpty();
    assertThatThrownBy(() -> open(Repositories.key()))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_CORRUPT);
              assertThat(e.hint()).contains("from a copy").doesNotContain("verify");
            });
  }

  @Test
  void aKeyWhoseSlotIsDamagedIsToldOfTheOtherWaysIn() throws Exception {
    Repository.Initialized made =
        Repository.init(store, Repositories.key(), Repositories.options(41));
    made.repository().close();
    List<BlobKey> slots = new ArrayList<>();
    store.list(ObjectNames.SLOTS, blob -> slots.add(blob.key()));
    assertThat(slots).hasSize(2);
    for (BlobKey slot : slots) {
      byte[] sound = store.get(slot, 192);
      replace(slot, new byte[192]);
      try {
        open(Repositories.key()).close();
      } catch (BackupException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG);
        assertThat(e.hint()).contains("recovery kit").contains("keys/slot/");
        open(RecoveryKit.parse(made.recoveryKit())).close();
      }
      replace(slot, sound);
    }
  }

  @Test
  void junkAmongTheSlotsHidesNoKey() throws Exception {
    Repositories.init(store, 1).close();
    for (int i = 0; i < 100; i++) {
      BlobKey junk = ObjectNames.keySlot("%016x".formatted(i));
      var _ = store.putIfAbsent(junk, ByteBuffer.wrap(new byte[i % 2 == 0 ? 192 : 7]));
    }

    open(Repositories.key()).close();
    assertThatThrownBy(() -> open(new KeyMaterial.RawKey(new SecretBytes(new byte[32]))))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG);
              assertThat(e.text()).contains("100 of them are damaged");
              assertThat(e.getSuppressed()).hasSizeLessThanOrEqualTo(5);
            });
  }

  @Test
  void aSecondInitIsRefusedAndChangesNothing() throws Exception {
    Repositories.init(store, 1).close();
    int before = count();

    assertCode(() -> Repositories.init(store, 2), ErrorCode.REPOSITORY_EXISTS);
    assertThat(count()).isEqualTo(before);
  }

  @Test
  void whoLosesARaceOfInitsCleansUp() throws Exception {
    var racing =
        new ForwardingBlobStore(store) {
          @Override
          public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws java.io.IOException {
            if (key.equals(ObjectNames.FORMAT)) {
              Repositories.init(store, 9).close();
            }
            return super.putIfAbsent(key, data);
          }
        };

    assertCode(() -> Repositories.init(racing, 1), ErrorCode.REPOSITORY_EXISTS);
    try (Repository winner = Repositories.open(store, 2)) {
      assertThat(winner.verification().check()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 15, 19, 23})
  void aNewerFormatOrAnUnknownFlagIsTooNew(int at) throws Exception {
    Repositories.init(store, 1).close();
    byte[] format = store.get(ObjectNames.FORMAT, 1 << 16);
    format[at] = 9;
    byte[] body = Arrays.copyOf(format, format.length - 32);
    replace(ObjectNames.FORMAT, SealedObject.concat(body, CryptoKit.sha256(body, 0, body.length)));

    assertCode(() -> open(Repositories.key()), ErrorCode.REPOSITORY_TOO_NEW);
  }

  @Test
  void theRecoveryKitOpensAndATypingErrorIsNamed() throws Exception {
    Repository.Initialized made =
        Repository.init(store, Repositories.key(), Repositories.options(1));
    made.repository().close();
    String kit = made.recoveryKit().expose();
    open(RecoveryKit.parse(new Secret("copied by hand\n" + kit.replace(": ", ":  ")))).close();

    int digit = kit.indexOf("key-3: ") + 7;
    char wrong = kit.charAt(digit) == '0' ? '1' : '0';
    String typo = kit.substring(0, digit) + wrong + kit.substring(digit + 1);
    assertThatThrownBy(() -> RecoveryKit.parse(new Secret(typo))).hasMessageContaining("key-3");
    assertThat(made.toString()).doesNotContain(kit.substring(digit, digit + 8));
  }

  /// Real clocks have nanoseconds, the format has not.
  @Test
  void aRepositoryThatWasJustMadeIsTheOneThatIsRead() throws Exception {
    RepositoryOptions options =
        RepositoryOptions.defaults(
            () -> Repositories.NOW.plusNanos(123_456_789), Seeds.entropy(1), _ -> {});
    try (Repository repository = Repository.init(store, Repositories.key(), options).repository()) {
      assertThat(repository.verification().check()).isEmpty();
    }
  }

  @Test
  void aPassphraseIsASecondWayIn() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      repository.keyring().add(new KeyMaterial.Passphrase(new Secret("korrekt pferd \u00e4")));
    }

    open(new KeyMaterial.Passphrase(new Secret("korrekt pferd a\u0308"))).close();
    assertCode(() -> open(new KeyMaterial.Passphrase(new Secret("no"))), ErrorCode.KEY_WRONG);
  }

  @Test
  void aSlotThatAsksForTooMuchMemoryIsNotObeyed() throws Exception {
    try (Repository repository = Repositories.init(store, 1)) {
      repository.keyring().add(new KeyMaterial.Passphrase(new Secret("words")));
    }
    store.list(
        ObjectNames.SLOTS,
        blob -> {
          try {
            byte[] slot = store.get(blob.key(), 192);
            if (slot[4] == 2) {
              slot[60] = 0x7f;
              System.arraycopy(CryptoKit.sha256(slot, 0, 160), 0, slot, 160, 32);
              replace(blob.key(), slot);
            }
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });

    assertThatThrownBy(() -> open(new KeyMaterial.Passphrase(new Secret("words"))))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("1 of them are damaged");
  }

  @Test
  void domainsAreMadeOnceAndFoundAgain() throws Exception {
    byte[] sealed;
    String pseudonym;
    try (Repository repository = Repositories.init(store, 1)) {
      Domain domain = repository.domain("wal/erp");
      pseudonym = domain.pseudonym("erp");
      sealed = domain.seal("wal", new byte[] {1}, new byte[100], 10, 50);
    }
    try (Repository repository = Repositories.open(store, 2)) {
      Domain domain = repository.domain("wal/erp");
      assertThat(domain.pseudonym("erp")).isEqualTo(pseudonym).matches("[0-9a-f]{32}");
      assertThat(domain.open("wal", new byte[] {1}, sealed, 50)).isEqualTo(new byte[50]);
      assertThat(repository.findDomain("wal/erp")).contains(domain);
      assertThat(repository.findDomain("wal/none")).isEmpty();
      assertThatThrownBy(() -> domain.open("wal", new byte[] {2}, sealed, 50))
          .isInstanceOf(CorruptRepositoryException.class);
      assertThatThrownBy(() -> domain.open("history", new byte[] {1}, sealed, 50))
          .isInstanceOf(CorruptRepositoryException.class);
      assertThatThrownBy(() -> domain.open("wal", new byte[] {1}, sealed, 49))
          .isInstanceOf(CorruptRepositoryException.class);
      assertThatThrownBy(
              () -> repository.domain("wal/other").open("wal", new byte[] {1}, sealed, 50))
          .isInstanceOf(CorruptRepositoryException.class);
    }
  }

  @Test
  void nothingPrintsAKey() {
    String key = HexFormat.of().formatHex(new byte[] {7, 7, 7, 7});

    assertThat(Repositories.key().toString()).doesNotContain(key);
    assertThat(new KeyMaterial.Passphrase(new Secret("words")).toString()).doesNotContain("words");
  }

  private Repository open(KeyMaterial key) throws java.io.IOException {
    return Repository.open(store, key, Repositories.options(3));
  }

  private void replace(BlobKey key, byte[] bytes) throws java.io.IOException {
    store.delete(key);
    assertThat(store.putIfAbsent(key, ByteBuffer.wrap(bytes))).isNotNull();
  }

  private int count() {
    int[] count = new int[1];
    store.list("", _ -> count[0]++);
    return count[0];
  }

  private static void assertCode(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BackupException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
