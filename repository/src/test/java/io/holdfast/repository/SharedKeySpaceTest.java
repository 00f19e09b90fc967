package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A repository like another one: what both have in common, and what not.
class SharedKeySpaceTest {
  private final MemoryBlobStore firstStore = new MemoryBlobStore();
  private final MemoryBlobStore secondStore = new MemoryBlobStore();

  @Test
  void chunksHaveTheSameIdsAndEverythingElseIsItsOwn() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1)) {
      first.domain("wal/main");
      var made = Repository.initLike(secondStore, otherKey(), Repositories.options(2), first);
      try (Repository second = made.repository()) {
        byte[] bytes = {1, 2, 3};
        ChunkId id = first.domain("main").ids().of(ChunkType.STREAM, bytes, 0, 3);
        assertThat(second.domain("main").ids().of(ChunkType.STREAM, bytes, 0, 3)).isEqualTo(id);
        assertThat(second.findDomain("wal/main").orElseThrow().pseudonym("x"))
            .isEqualTo(first.domain("wal/main").pseudonym("x"));
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(made.recoveryKit().expose()).contains(second.id().toString().substring(0, 8));
        assertThat(Exchange.between(first, second).way()).isEqualTo(Exchange.Way.FRAMES);
        assertThat(second.verification().check()).isEmpty();
      }
    }
    Set<String> secrets = names(secondStore);
    secrets.retainAll(names(firstStore));
    for (String name : secrets) {
      assertThat(secondStore.get(new BlobKey(name), 4096))
          .as(name)
          .isNotEqualTo(firstStore.get(new BlobKey(name), 4096));
    }
  }

  @Test
  void aKeyOfOneDoesNotOpenTheOther() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1)) {
      Repository.initLike(secondStore, otherKey(), Repositories.options(2), first)
          .repository()
          .close();
    }
    assertThatThrownBy(
            () -> Repository.open(secondStore, Repositories.key(), Repositories.options(3)))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG));
    Repository.open(secondStore, otherKey(), Repositories.options(4)).close();
  }

  @Test
  void objectsOfOneAreNotTakenForObjectsOfTheOther() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1)) {
      Repository.initLike(secondStore, otherKey(), Repositories.options(2), first)
          .repository()
          .close();
    }
    // A domain object of the first in the place of the second's.
    String domain =
        names(secondStore).stream().filter(n -> n.startsWith("keys/domain/")).findFirst().get();
    secondStore.delete(new BlobKey(domain));
    var _ =
        secondStore.putIfAbsent(
            new BlobKey(domain), ByteBuffer.wrap(firstStore.get(new BlobKey(domain), 4096)));
    assertThatThrownBy(() -> Repository.open(secondStore, otherKey(), Repositories.options(5)))
        .isInstanceOf(CorruptRepositoryException.class);
  }

  @Test
  void keysOfACreationThatWasCutOffAreInTheWay() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1)) {
      Repository.initLike(secondStore, otherKey(), Repositories.options(2), first)
          .repository()
          .close();
      secondStore.delete(new BlobKey("format/v1"));
      assertThatThrownBy(
              () -> Repository.initLike(secondStore, otherKey(), Repositories.options(3), first))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE));
    }
  }

  @Test
  void allVersionsOfKeysComeAlong() throws Exception {
    Repositories.init(firstStore, 1).close();
    try (Repository first = Repositories.open(firstStore, 2)) {
      first.keyring().rotate(Optional.empty());
    }
    try (Repository first = Repositories.open(firstStore, 3);
        Repository second =
            Repository.initLike(secondStore, otherKey(), Repositories.options(4), first)
                .repository()) {
      assertThat(second.keyring().dataKeys()).allMatch(keys -> keys.version() == 2);
      // Later ones come with the next copy, also of domains that are new.
      first.keyring().rotate(Optional.empty());
      first.domain("wal/later");
      assertThat(Exchange.bringKeys(first, second)).isEqualTo(2);
      assertThat(Exchange.bringKeys(first, second)).isZero();
      assertThat(second.findDomain("wal/later").orElseThrow().pseudonym("x"))
          .isEqualTo(first.domain("wal/later").pseudonym("x"));
    }
  }

  @Test
  void whoRotatedKeepsSealingWithTheirOwnKeys() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1);
        Repository second =
            Repository.initLike(secondStore, otherKey(), Repositories.options(2), first)
                .repository()) {
      first.keyring().rotate(Optional.empty());
      first.keyring().rotate(Optional.empty());
      // Later, and because a key of the first has leaked.
      second.keyring().rotate(Optional.empty());
      assertThat(Exchange.bringKeys(first, second)).isZero();
      assertThat(second.keyring().dataKeys()).allMatch(keys -> keys.version() == 2);
      // Nor does it go the other way.
      second.keyring().rotate(Optional.empty());
      second.keyring().rotate(Optional.empty());
      assertThat(Exchange.bringKeys(second, first)).isZero();
      assertThat(first.keyring().dataKeys()).allMatch(keys -> keys.version() == 3);
    }
  }

  @Test
  void keysThatACutOffInitLeftAreInNobodysWay() throws Exception {
    Repositories.init(firstStore, 1).close();
    firstStore.delete(new BlobKey("format/v1"));
    try (Repository first = Repositories.init(firstStore, 2)) {
      first.domain("wal/main");
      assertThat(first.keyring().dataKeys().stream().map(Keyring.DataKeys::domain))
          .containsExactly("main", "wal/main");
      assertThat(first.keyring().damage()).hasSize(1);
      try (Repository second =
          Repository.initLike(secondStore, otherKey(), Repositories.options(3), first)
              .repository()) {
        assertThat(second.keyring().dataKeys()).hasSize(2);
        assertThat(first.keyring().rotate(Optional.empty())).hasSize(2);
        assertThat(Exchange.bringKeys(first, second)).isEqualTo(2);
      }
    }
  }

  @Test
  void damagedKeysThatWereRotatedArePassedOverByNobody() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1)) {
      first.domain("wal/main");
      first.keyring().rotate(Optional.of("wal/main"));
      for (String name : names(firstStore)) {
        if (name.startsWith("keys/domain/") && name.endsWith("/2")) {
          BlobKey key = new BlobKey(name.substring(0, name.length() - 1) + "1");
          byte[] bytes = firstStore.get(key, 4096);
          bytes[bytes.length - 1] ^= 1;
          firstStore.delete(key);
          var _ = firstStore.putIfAbsent(key, ByteBuffer.wrap(bytes));
        }
      }
      assertThatThrownBy(() -> first.keyring().dataKeys())
          .isInstanceOf(CorruptRepositoryException.class);
    }
  }

  @Test
  void aDomainThatBothMadeByThemselvesStaysAsItIsInEach() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1);
        Repository second =
            Repository.initLike(secondStore, otherKey(), Repositories.options(4), first)
                .repository()) {
      String theirs = first.domain("wal/both").pseudonym("x");
      String ours = second.domain("wal/both").pseudonym("x");
      first.keyring().rotate(Optional.of("wal/both"));
      assertThat(Exchange.bringKeys(first, second)).isZero();
      assertThat(ours).isNotEqualTo(theirs);
      try (Repository again = second.reopened()) {
        assertThat(again.domain("wal/both").pseudonym("x")).isEqualTo(ours);
      }
    }
  }

  @Test
  void strangersShareNothing() throws Exception {
    try (Repository first = Repositories.init(firstStore, 1);
        Repository second = Repositories.init(secondStore, 2)) {
      assertThat(Exchange.bringKeys(first, second)).isZero();
      Exchange exchange = Exchange.between(first, second);
      assertThat(exchange.way()).isEqualTo(Exchange.Way.CONTENT);
      try (BackupSession session = second.beginSession()) {
        assertThatThrownBy(() -> exchange.frames(session))
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }

  private static KeyMaterial otherKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 8);
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }

  private static Set<String> names(BlobStore store) throws IOException {
    Set<String> names = new TreeSet<>();
    store.list("", blob -> names.add(blob.key().value()));
    return names;
  }
}
