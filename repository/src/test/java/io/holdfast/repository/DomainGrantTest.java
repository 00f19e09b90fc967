package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalLineage;
import io.holdfast.repository.wal.WalRange;
import io.holdfast.repository.wal.WalSealer;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A grant opens the WAL of its domain and nothing else.
final class DomainGrantTest {
  private static final WalRange RANGE = new WalRange(1, 0x1000000, 0x1000000 + 5000);

  private final MemoryBlobStore store = new MemoryBlobStore();
  private final byte[] wal = new byte[5000];
  private WalLineage mine = new WalLineage("0".repeat(32), "x", 1, 1 << 24);
  private WalLineage theirs = mine;
  private Secret printed = new Secret("");

  @BeforeEach
  void storeWalOfTwoSources() throws IOException {
    Arrays.fill(wal, (byte) 5);
    try (Repository repository = Repositories.init(store, 1)) {
      mine = archive(repository, "mine");
      theirs = archive(repository, "theirs");
      printed = repository.domain("wal/mine").grant().print();
    }
  }

  private WalLineage archive(Repository repository, String source) throws IOException {
    WalSealer sealer = WalSealer.of(repository.domain("wal/" + source));
    WalArchive archive = WalArchive.open(store, sealer, source, 7, 1 << 24);
    archive.put(RANGE, wal, 0, wal.length, new byte[0]);
    archive.putFile("00000002.history", new byte[] {8});
    return archive.lineage();
  }

  @Test
  void opensTheWalOfItsDomainWithoutTheRepositorysKey() throws IOException {
    DomainGrant grant = DomainGrant.parse(printed);
    grant.requireRepositoryIn(store);
    WalArchive archive = WalArchive.of(store, WalSealer.of(grant), mine);
    assertThat(archive.isRecorded()).isTrue();
    assertThat(archive.ranges(1)).containsExactly(RANGE);
    assertThat(archive.read(RANGE)).isEqualTo(wal);
    assertThat(archive.file("00000002.history").orElseThrow()).containsExactly(8);
  }

  @Test
  void opensNoOtherSourcesWal() {
    WalSealer sealer = WalSealer.of(DomainGrant.parse(printed));
    WalArchive archive = WalArchive.of(store, sealer, theirs);
    assertThatThrownBy(() -> archive.read(RANGE)).isInstanceOf(CorruptRepositoryException.class);
    assertThatThrownBy(archive::isRecorded).isInstanceOf(CorruptRepositoryException.class);
  }

  @Test
  void opensNothingOfABackupAndNotTheRepository() throws IOException {
    DomainGrant grant = DomainGrant.parse(printed);
    try (Repository repository = Repositories.open(store, 2)) {
      Domain main = repository.domain(Repository.MAIN_DOMAIN);
      byte[] sealed = main.seal("kind", new byte[] {1}, wal, 0, wal.length);
      assertThat(main.open("kind", new byte[] {1}, sealed, 1 << 20)).isEqualTo(wal);
      assertThatThrownBy(() -> grant.open("kind", new byte[] {1}, sealed, 1 << 20))
          .isInstanceOf(CorruptRepositoryException.class);
      assertThat(grant.pseudonym("a name")).isNotEqualTo(main.pseudonym("a name"));
    }
    for (String key : keysIn(printed)) {
      assertThatThrownBy(
              () ->
                  Repository.open(
                      store, KeyMaterial.fromHex(new Secret(key)), Repositories.options(3)))
          .as("a key of the grant is tried as the repository's")
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_WRONG));
    }
  }

  @Test
  void holdsTwoKeysOfItsDomainAndNoOther() throws IOException {
    try (Repository repository = Repositories.open(store, 2)) {
      DomainKeys own = repository.domain("wal/mine").current();
      DomainKeys main = repository.domain(Repository.MAIN_DOMAIN).current();
      DomainKeys other = repository.domain("wal/theirs").current();
      assertThat(keysIn(printed)).hasSize(2).contains(HexFormat.of().formatHex(own.data));
      for (DomainKeys keys : List.of(own, main, other)) {
        assertThat(keysIn(printed)).doesNotContain(hex(keys.identity), hex(keys.meta));
        assertThat(keysIn(printed)).doesNotContain(hex(keys.gear));
      }
      assertThat(keysIn(printed)).doesNotContain(hex(main.data), hex(other.data));
    }
    assertThat(DomainGrant.parse(printed).toString()).doesNotContain(keysIn(printed));
  }

  @Test
  void noticesAnotherRepository() throws IOException {
    MemoryBlobStore elsewhere = new MemoryBlobStore();
    Repositories.init(elsewhere, 99).close();
    DomainGrant grant = DomainGrant.parse(printed);
    assertUnusable(() -> grant.requireRepositoryIn(elsewhere));
    assertThatThrownBy(() -> grant.requireRepositoryIn(new MemoryBlobStore()))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_MISSING));
  }

  @Test
  void isNotReadWhereALineIsMissingOrWrong() {
    List<String> lines = printed.expose().lines().toList();
    assertThat(lines).hasSize(4);
    for (String line : lines) {
      String without = printed.expose().replace(line + "\n", "");
      assertUnusable(() -> DomainGrant.parse(new Secret(without)));
      String shorter = printed.expose().replace(line, line.substring(0, line.length() - 1));
      assertUnusable(() -> DomainGrant.parse(new Secret(shorter)));
    }
    assertUnusable(() -> DomainGrant.parse(new Secret(printed.expose() + lines.getFirst())));
    assertUnusable(
        () -> DomainGrant.parse(new Secret(printed.expose().replace("data-key-1", "data-key-x"))));
  }

  private static void assertUnusable(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CAPABILITY_UNUSABLE);
              assertThat(e.text()).doesNotContainPattern("[0-9a-f]{64}");
            });
  }

  private static String hex(byte[] key) {
    return HexFormat.of().formatHex(key);
  }

  private static List<String> keysIn(Secret text) {
    return text.expose()
        .lines()
        .map(line -> line.substring(line.indexOf(": ") + 2))
        .filter(value -> value.length() == 64)
        .toList();
  }
}
