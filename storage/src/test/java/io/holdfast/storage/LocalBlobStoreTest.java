package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Entropy;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only a store on a file system can do wrong.
class LocalBlobStoreTest {
  private static final BlobKey KEY = new BlobKey("packs/aa/one");
  private final SettableClock clock = new SettableClock(Instant.now());

  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(directory.toRealPath().resolve("store"));
  }

  @Test
  void keepsEverythingFromOtherUsers() throws IOException {
    try (LocalBlobStore store = open()) {
      put(store, KEY, 10);
    }
    assertThat(permissions("packs")).isEqualTo("rwx------");
    assertThat(permissions("packs/aa")).isEqualTo("rwx------");
    assertThat(permissions("~tmp")).isEqualTo("rwx------");
    assertThat(permissions(KEY.value())).isEqualTo("rw-------");
    assertThat(namesIn("~tmp")).isEmpty();
  }

  @Test
  void ignoresNamesThatAreNoKeys() throws IOException {
    LocalBlobStore store = open();
    put(store, KEY, 3);
    Files.createDirectory(root.resolve("lost+found"));
    Files.writeString(root.resolve("packs/with space"), "x");
    Files.writeString(root.resolve("~tmp").resolve("12345-left"), "x");

    assertThat(list(store)).containsExactly(KEY.value());
  }

  @Test
  void followsNoLinks() throws IOException {
    LocalBlobStore store = open();
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.createSymbolicLink(root.resolve("out"), outside);
    Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret"));
    var below = new BlobKey("out/secret");

    for (BlobKey key : List.of(below, new BlobKey("file"))) {
      assertThatThrownBy(() -> store.get(key, 100)).hasMessageContaining("symbolic link");
      assertThatThrownBy(() -> store.getRange(key, 0, 1)).hasMessageContaining("symbolic link");
      assertThatThrownBy(() -> store.stat(key)).hasMessageContaining("symbolic link");
      assertThatThrownBy(() -> store.delete(key)).hasMessageContaining("symbolic link");
      assertThatThrownBy(() -> put(store, key, 1)).isInstanceOf(StoreUnavailableException.class);
    }
    assertThatThrownBy(() -> list(store)).hasMessageContaining("symbolic link");
    assertThat(namesIn("../outside")).containsExactly("secret");
    assertThat(Files.readString(outside.resolve("secret"))).isEqualTo("secret");
  }

  @Test
  void refusesADirectoryThatBecameALinkMeanwhile() throws IOException {
    LocalBlobStore store = open();
    put(store, KEY, 3);
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.move(root.resolve("packs"), root.resolve("moved"));
    Files.createSymbolicLink(root.resolve("packs"), outside);

    assertThatThrownBy(() -> put(store, new BlobKey("packs/aa/two"), 1))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(namesIn("../outside")).isEmpty();
  }

  @Test
  void saysUnavailableWhenItsDirectoryIsGone() throws IOException {
    LocalBlobStore store = open();
    put(store, KEY, 3);
    Files.move(root, directory.resolve("unmounted"));
    assertUnavailable(store);

    // An empty mount point is not an empty repository.
    Files.createDirectory(root);
    assertUnavailable(store);
    assertThat(namesIn(".")).isEmpty();

    Files.delete(root);
    Files.move(directory.resolve("unmounted"), root);
    assertThat(store.get(KEY, 10)).hasSize(3);
    put(store, new BlobKey("packs/aa/two"), 4);
    assertThat(list(store)).hasSize(2);
  }

  private static void assertUnavailable(BlobStore store) {
    List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> requests =
        List.of(
            () -> store.get(KEY, 10),
            () -> store.getRange(KEY, 0, 1),
            () -> store.stat(KEY),
            () -> store.delete(KEY),
            () -> put(store, KEY, 1),
            () -> list(store),
            store::capabilities);
    for (var request : requests) {
      assertThatThrownBy(request)
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("unmounted?");
    }
  }

  @Test
  void putsAgainAfterADirectoryWasRemovedByHand() throws IOException {
    LocalBlobStore store = open();
    put(store, KEY, 3);
    Files.delete(root.resolve(KEY.value()));
    Files.delete(root.resolve("packs/aa"));

    assertThatThrownBy(() -> put(store, KEY, 3)).isInstanceOf(StoreUnavailableException.class);
    assertThat(put(store, KEY, 3)).isEqualTo(PutResult.STORED);
  }

  @Test
  void sweepsWhatDeadWritersLeftADayAgo() throws Exception {
    Path temps = Files.createDirectory(root.resolve("~tmp"));
    long dead = deadProcess();
    long alive = ProcessHandle.current().pid();
    Instant now = clock.instant();
    Instant old = now.minus(Duration.ofHours(25));
    leave(temps, dead + "-0000000000000001", old);
    leave(temps, dead + "-0000000000000002", now.minus(Duration.ofHours(23)));
    leave(temps, alive + "-0000000000000003", now);
    leave(temps, "notes.txt", old);
    // A process of that id runs, but it is younger than the file: the id was given out again.
    leave(temps, alive + "-0000000000000004", old);

    LocalBlobStore reader = open();
    assertThat(list(reader)).isEmpty();
    assertThat(namesIn("~tmp")).hasSize(5);

    put(open(), KEY, 1);
    assertThat(namesIn("~tmp"))
        .containsExactlyInAnyOrder(
            dead + "-0000000000000002", alive + "-0000000000000003", "notes.txt");

    clock.advance(Duration.ofHours(2));
    put(open(), new BlobKey("packs/aa/two"), 1);
    assertThat(namesIn("~tmp")).containsExactlyInAnyOrder(alive + "-0000000000000003", "notes.txt");

    // Our own process is still there, a day later too.
    clock.advance(Duration.ofDays(3));
    put(open(), new BlobKey("packs/aa/three"), 1);
    assertThat(namesIn("~tmp")).containsExactlyInAnyOrder(alive + "-0000000000000003", "notes.txt");
  }

  private static long deadProcess() throws Exception {
    Process process = new ProcessBuilder("true").start();
    assertThat(process.waitFor()).isZero();
    return process.pid();
  }

  private static void leave(Path temps, String name, Instant written) throws IOException {
    Path file = Files.writeString(temps.resolve(name), "half a pack");
    Files.setLastModifiedTime(file, FileTime.from(written));
  }

  @Test
  void readsWithoutChangingAnything() throws IOException {
    put(open(), KEY, 5);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000));
      }
    }
    FileSteps refusing =
        new FailingSteps("", new FileSystemException("x", null, "Read-only file system"));
    var store = new LocalBlobStore(root, "ext4", refusing, clock, Entropy.secure());

    assertThat(store.get(KEY, 10)).hasSize(5);
    assertThat(store.getRange(KEY, 1, 2)).hasSize(2);
    assertThat(list(store)).containsExactly(KEY.value());
    assertThatThrownBy(() -> put(store, new BlobKey("packs/aa/two"), 1))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("Read-only file system")
        .hasMessageContaining(root.toString());
    assertThatThrownBy(() -> store.delete(KEY))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining(KEY.value());
    try (Stream<Path> all = Files.walk(root)) {
      assertThat(all)
          .allSatisfy(
              path -> assertThat(Files.getLastModifiedTime(path).toMillis()).isEqualTo(1_000_000));
    }
  }

  @Test
  void namesEachKindOfFailure() throws IOException {
    put(open(), KEY, 1);
    var two = new BlobKey("packs/aa/two");
    for (String step : List.of("create", "write", "sync")) {
      for (String text : List.of("No space left on device", "Disk quota exceeded")) {
        assertThatThrownBy(() -> put(failing(step, new IOException(text)), two, 100))
            .isInstanceOf(StoreFullException.class)
            .hasMessageContaining("100 B")
            .hasMessageContaining(root.toString())
            .hasMessageContaining("free");
        assertThat(namesIn("~tmp")).isEmpty();
      }
      assertThatThrownBy(() -> put(failing(step, new IOException("Input/output error")), two, 1))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("Input/output error")
          .hasMessageContaining("packs/aa/two");
    }
    assertThat(list(open())).containsExactly(KEY.value());
  }

  @Test
  void aFailedLinkStoredNothing() throws IOException {
    assertThatThrownBy(
            () -> put(failing("link", new IOException("Operation not permitted")), KEY, 1))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(list(open())).isEmpty();
    assertThat(namesIn("~tmp")).isEmpty();
  }

  @Test
  void aFailedSyncOfTheDirectoryLeavesTheOutcomeUnknown() throws IOException {
    put(open(), KEY, 1);
    var two = new BlobKey("packs/aa/two");
    LocalBlobStore store = failing("sync directory", new IOException("Input/output error"));

    assertThatThrownBy(() -> put(store, two, 1))
        .isInstanceOfAny(StoreUnavailableException.class, WriteOutcomeUnknownException.class);
    FailingSteps late = new FailingSteps("sync directory", new IOException("Input/output error"));
    late.passing(2); // the two parents
    var lateStore = new LocalBlobStore(root, "ext4", late, clock, Entropy.secure());
    assertThatThrownBy(() -> put(lateStore, two, 1))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    // Retrying must not call it stored because it can be read, while it is not durable.
    assertThatThrownBy(() -> put(DecoratedBlobStoreTest.retrying(lateStore), two, 1))
        .isInstanceOf(StoreUnavailableException.class);
    late.passing(100);
    assertThat(put(DecoratedBlobStoreTest.retrying(lateStore), two, 1))
        .isEqualTo(PutResult.ALREADY_PRESENT);
  }

  @Test
  void resolvesALinkWhoseAnswerGotLost() throws IOException {
    for (String type : List.of("ext4", "nfs4")) {
      var key = new BlobKey("lost/" + type);
      FailingSteps steps = new FailingSteps("link", new IOException("Input/output error"));
      steps.failAfterDoing();
      assertThat(put(new LocalBlobStore(root, type, steps, clock, Entropy.secure()), key, 9))
          .isEqualTo(PutResult.STORED);
    }
    FailingSteps nfs = new FailingSteps("link", new FileAlreadyExistsException("x"));
    nfs.failAfterDoing();
    assertThat(put(new LocalBlobStore(root, "nfs", nfs, clock, Entropy.secure()), KEY, 9))
        .isEqualTo(PutResult.STORED);
    FailingSteps undone = new FailingSteps("link", new IOException("Stale file handle"));
    var absent = new LocalBlobStore(root, "nfs", undone, clock, Entropy.secure());
    assertThatThrownBy(() -> put(absent, new BlobKey("lost/unknown"), 9))
        .isInstanceOf(WriteOutcomeUnknownException.class);
  }

  @Test
  void saysWhatAFileSystemCannotPromise() throws IOException {
    assertThat(open().capabilities())
        .isEqualTo(new StoreCapabilities(Support.YES, Support.YES, Support.NO, ""));
    for (String type : List.of("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuseblk", "9p")) {
      assertThat(open(type).capabilities().remark()).contains(type).contains("one host only");
    }
    assertThat(open("tmpfs").capabilities().durable()).isEqualTo(Support.NO);
    assertThat(open("xfs").capabilities().remark()).isEmpty();
    FailingSteps noLinks = new FailingSteps("link", new IOException("Operation not permitted"));
    assertThatThrownBy(
            () ->
                new LocalBlobStore(root, "exfat", noLinks, clock, Entropy.secure()).capabilities())
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("Operation not permitted");
    assertThat(namesIn("~tmp")).isEmpty();
  }

  @Test
  void refusesANameThatADirectoryOrFileHas() throws IOException {
    LocalBlobStore store = open();
    put(store, KEY, 1);
    assertThatThrownBy(() -> put(store, new BlobKey("packs/aa"), 1))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("in the way");
    assertThatThrownBy(() -> put(store, new BlobKey(KEY + "/below"), 1))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("in the way");
    assertThat(list(store)).containsExactly(KEY.value());
  }

  private LocalBlobStore open() throws IOException {
    return LocalBlobStore.open(root, clock, Entropy.secure());
  }

  private LocalBlobStore open(String type) {
    return new LocalBlobStore(root, type, FileSteps.REAL, clock, Entropy.secure());
  }

  private LocalBlobStore failing(String step, IOException failure) {
    return new LocalBlobStore(
        root, "ext4", new FailingSteps(step, failure), clock, Entropy.secure());
  }

  private static PutResult put(BlobStore store, BlobKey key, int length) throws IOException {
    return store.putIfAbsent(key, ByteBuffer.wrap(Seeds.entropy(length).bytes(length)));
  }

  private static List<String> list(BlobStore store) throws IOException {
    List<String> keys = new ArrayList<>();
    store.list("", stat -> keys.add(stat.key().value()));
    return keys;
  }

  private List<String> namesIn(String name) throws IOException {
    try (Stream<Path> paths = Files.list(root.resolve(name))) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(name)));
  }
}
