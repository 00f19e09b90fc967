package io.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.sftp.testing.SshServer;
import io.holdfast.storage.sftp.testing.SshServers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the store does with the directory on the server, seen from the server's side.
@ExtendWith(SshServers.class)
class SftpDirectoryTest {
  private static final BlobKey KEY = new BlobKey("packs/aa/one");
  private static final BlobKey OTHER = new BlobKey("packs/aa/two");

  private final SshServer server;
  private final String name;
  private final Path folder;
  private final BlobStore store;

  SftpDirectoryTest(SshServer server) {
    this.server = server;
    this.name = server.newFolder();
    this.folder = server.data().resolve(name).resolve("deep");
    this.store = BlobStores.create(server.place(name + "/deep"), SshServer.context());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void onlyTheOwnerMayReadWhatIsMadeAndNothingIsLeftOfWriting() throws IOException {
    put(KEY, 3);

    for (String made : List.of("", "packs", "packs/aa", "~tmp")) {
      assertThat(mode(folder.resolve(made))).as(made).isEqualTo("rwx------");
    }
    assertThat(mode(folder.resolve(KEY.value()))).isEqualTo("rw-------");
    assertThat(namesIn(folder.resolve("~tmp"))).isEmpty();
  }

  @Test
  void aDirectoryBelowTheUsersOwnNeedsNoLeadingSlash() throws IOException {
    String place = server.place(name + "/deep").replace(server.data().toString(), "/~");
    try (BlobStore relative = BlobStores.open(place, SshServer.context())) {
      put(KEY, 3);
      assertThat(relative.get(KEY, 3)).hasSize(3);
    }
    try (BlobStore made =
        BlobStores.create(place.replace("/deep", "/other/deeper"), SshServer.context())) {
      assertThat(made.putIfAbsent(KEY, ByteBuffer.wrap(new byte[2]))).isEqualTo(PutResult.STORED);
    }
    assertThat(server.data().resolve(name).resolve("other/deeper/packs/aa/one")).hasSize(2);
  }

  @Test
  void whatCannotBeMadeIsRefused() throws IOException {
    Files.writeString(server.data().resolve(name).resolve("file"), "x");
    for (String bad : List.of("/file", "/file/below")) {
      BackupException refused =
          catchThrowableOfType(
              BackupException.class,
              () -> BlobStores.create(server.place(name + bad), SshServer.context()).close());
      assertThat(refused.code()).as(bad).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
    }
  }

  @Test
  void aMissingPermissionIsNamedAndNotTriedAgain() throws IOException {
    put(KEY, 3);
    Files.setPosixFilePermissions(
        folder.resolve("packs/aa"), PosixFilePermissions.fromString("r-x------"));
    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable request :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> put(OTHER, 1), () -> store.delete(KEY))) {
      assertThatThrownBy(request)
          .isInstanceOf(StoreRefusedException.class)
          .satisfies(e -> assertThat(((StoreRefusedException) e).advice()).contains(server.user()));
    }
    assertThat(store.get(KEY, 3)).hasSize(3);
    assertThat(namesIn(folder.resolve("~tmp"))).isEmpty();
  }

  @Test
  void aDiskThatIsNotMountedAnyMoreIsNoEmptyRepository() throws IOException {
    put(KEY, 3);
    Path away = folder.resolveSibling("away");
    try (BlobStore reader = BlobStores.open(server.place(name + "/deep"), SshServer.context())) {
      assertThat(reader.get(KEY, 3)).hasSize(3);
      Files.move(folder, away);
      assertUnavailable();
      Files.createDirectory(folder);
      server.give(folder);
      assertUnavailable();
      assertThatThrownBy(() -> reader.get(KEY, 3)).isInstanceOf(StoreUnavailableException.class);
    }
    assertThat(namesIn(folder)).isEmpty();

    Files.delete(folder);
    Files.move(away, folder);
    assertThat(store.get(KEY, 3)).hasSize(3);
    put(OTHER, 1);
  }

  private void assertUnavailable() {
    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable request :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> store.get(KEY, 3),
            () -> store.stat(KEY),
            () -> store.list("", _ -> {}),
            () -> store.names("packs/", _ -> {}),
            () -> store.delete(KEY),
            () -> put(OTHER, 1),
            () -> put(OTHER, 1))) {
      assertThatThrownBy(request).isInstanceOf(StoreUnavailableException.class);
    }
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    put(KEY, 3);
    Path outside = Files.createDirectory(server.data().resolve(name).resolve("outside"));
    server.give(outside);
    Files.createSymbolicLink(folder.resolve("out"), outside);
    Files.createSymbolicLink(folder.resolve("file"), folder.resolve(KEY.value()));

    assertThatThrownBy(() -> store.stat(new BlobKey("file"))).hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> store.delete(new BlobKey("file")))
        .hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> put(new BlobKey("out/x"), 1)).hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> put(new BlobKey("file"), 1)).hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> store.list("", _ -> {})).hasMessageContaining("symbolic link");
    assertThat(namesIn(outside)).isEmpty();
  }

  @Test
  void sweepsWhatDeadWritersLeftADayAgo() throws IOException {
    put(KEY, 1);
    Path temporary = folder.resolve("~tmp");
    Instant now = InstantSource.system().instant();
    leave(temporary.resolve("0123456789abcdef0123456789abcdef"), now.minus(Duration.ofHours(25)));
    leave(temporary.resolve("0123456789abcdef0123456789abcde0"), now.minus(Duration.ofHours(23)));
    leave(temporary.resolve("notes.txt"), now.minus(Duration.ofHours(25)));

    try (BlobStore again = BlobStores.open(server.place(name + "/deep"), SshServer.context())) {
      again.list("", stat -> assertThat(stat.key()).isEqualTo(KEY));
      assertThat(namesIn(temporary)).hasSize(3);
      assertThat(again.putIfAbsent(OTHER, ByteBuffer.wrap(new byte[1])))
          .isEqualTo(PutResult.STORED);
    }
    assertThat(namesIn(temporary))
        .containsExactlyInAnyOrder("0123456789abcdef0123456789abcde0", "notes.txt");
  }

  @Test
  void aFullDiskIsFullAndKeepsNothing() throws IOException {
    Path disk = Files.createDirectory(server.data().resolve(name).resolve("disk"));
    Assumptions.assumeTrue(isMounted(disk), "skipped: a small file system cannot be mounted here");
    try {
      server.give(disk);
      try (BlobStore small =
          BlobStores.create(server.place(name + "/disk/repo"), SshServer.context())) {
        assertThat(small.putIfAbsent(KEY, ByteBuffer.wrap(new byte[1 << 20])))
            .isEqualTo(PutResult.STORED);
        assertThatThrownBy(() -> small.putIfAbsent(OTHER, ByteBuffer.wrap(new byte[6 << 20])))
            .isInstanceOf(StoreFullException.class)
            .hasMessageContaining("free");
        assertThat(small.stat(OTHER)).isEmpty();
        assertThat(small.get(KEY, 1 << 20)).hasSize(1 << 20);
        assertThat(small.putIfAbsent(OTHER, ByteBuffer.wrap(new byte[2 << 20])))
            .isEqualTo(PutResult.STORED);
      }
    } finally {
      SshServer.run("umount", disk.toString());
    }
  }

  private static boolean isMounted(Path disk) {
    try {
      SshServer.run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  @Test
  void opensshKeepsItsPromises() throws IOException {
    assertThat(store.capabilities())
        .isEqualTo(new StoreCapabilities(Support.YES, Support.YES, Support.YES, ""));
  }

  @Test
  void aServerWithoutHardLinksIsRefused() throws IOException {
    try (SshServer poor = SshServer.start("-P", "hardlink")) {
      BackupException refused =
          catchThrowableOfType(
              BackupException.class,
              () -> BlobStores.create(poor.place("repo"), SshServer.context()).close());
      assertThat(refused.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
      assertThat(refused.text()).contains("hardlink@openssh.com");

      try (BlobStore opened = BlobStores.open(poor.place("repo"), SshServer.context())) {
        assertThatThrownBy(() -> opened.putIfAbsent(KEY, ByteBuffer.allocate(1)))
            .isInstanceOf(StoreRefusedException.class);
        assertThat(opened.stat(KEY)).isEmpty();
      }
    }
  }

  @Test
  void aServerWithoutSyncsIsUsedAndSaysSo() throws IOException {
    try (SshServer poor = SshServer.start("-P", "fsync");
        BlobStore lazy = BlobStores.create(poor.place("repo"), SshServer.context())) {
      StoreCapabilities capabilities = lazy.capabilities();
      assertThat(capabilities.putIfAbsent()).isEqualTo(Support.YES);
      assertThat(capabilities.durable()).isEqualTo(Support.NO);
      assertThat(capabilities.remark()).contains("fsync@openssh.com");
      assertThat(lazy.putIfAbsent(KEY, ByteBuffer.wrap(new byte[2]))).isEqualTo(PutResult.STORED);
      assertThat(lazy.putIfAbsent(KEY, ByteBuffer.wrap(new byte[2])))
          .isEqualTo(PutResult.ALREADY_PRESENT);
      assertThat(lazy.get(KEY, 2)).hasSize(2);
    }
  }

  @Test
  void aReaderReads() throws IOException {
    put(KEY, 3);
    try (SshServer readOnly = SshServer.start("-R")) {
      Files.delete(readOnly.data());
      Files.createSymbolicLink(readOnly.data(), server.data());
      try (BlobStore reader =
          BlobStores.open(readOnly.place(name + "/deep"), SshServer.context())) {
        assertThat(reader.get(KEY, 3)).hasSize(3);
        List<BlobKey> listed = new ArrayList<>();
        reader.list("", stat -> listed.add(stat.key()));
        assertThat(listed).containsExactly(KEY);
        assertThat(reader.capabilities().putIfAbsent()).isEqualTo(Support.NO);
        assertThatThrownBy(() -> reader.delete(KEY)).isInstanceOf(StoreRefusedException.class);
        assertThatThrownBy(() -> reader.putIfAbsent(OTHER, ByteBuffer.allocate(1)))
            .isInstanceOf(StoreRefusedException.class);
      }
    }
  }

  private void put(BlobKey key, int bytes) throws IOException {
    assertThat(store.putIfAbsent(key, ByteBuffer.wrap(new byte[bytes])))
        .isEqualTo(PutResult.STORED);
  }

  private void leave(Path file, Instant written) throws IOException {
    Files.writeString(file, "left");
    Files.setLastModifiedTime(file, FileTime.from(written));
    server.give(file);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> namesIn(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    }
    return names;
  }
}
