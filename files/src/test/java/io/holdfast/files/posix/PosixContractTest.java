package io.holdfast.files.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.files.posix.FileStatus.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the calls do, compared with what the JDK says of the same files: a wrong layout of a struct
/// or a wrong number shows here.
class PosixContractTest {
  @TempDir Path directory;

  private Handle in = Closed.HANDLE;

  /// A place for the field before the test opens it.
  private static final class Closed {
    private static final Handle HANDLE = open();

    private static Handle open() {
      try {
        return Handle.openDirectory(Path.of("/"));
      } catch (PosixException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @BeforeEach
  void openDirectory() throws IOException {
    in = Handle.openDirectory(directory);
  }

  @AfterEach
  void closeDirectory() throws IOException {
    in.close();
  }

  @Test
  void aStatusIsWhatTheJdkSays() throws IOException {
    Path file = Files.writeString(directory.resolve("f"), "hello");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x--x"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(981_173_106, 123_456_789)));
    Files.createLink(directory.resolve("g"), file);

    FileStatus status = in.status(name("f"));

    Map<String, Object> jdk = Files.readAttributes(file, "unix:*");
    assertThat(status.mode()).isEqualTo(jdk.get("mode"));
    assertThat(status.isRegular()).isTrue();
    assertThat(status.permissions()).isEqualTo(0651);
    assertThat(status.size()).isEqualTo(5);
    assertThat(status.inode()).isEqualTo(jdk.get("ino"));
    assertThat(status.links()).isEqualTo(2);
    assertThat(status.uid()).isEqualTo(jdk.get("uid"));
    assertThat(status.gid()).isEqualTo(jdk.get("gid"));
    assertThat(status.modified()).isEqualTo(new Timestamp(981_173_106, 123_456_789));
    assertThat(Instant.ofEpochSecond(status.changed().seconds(), status.changed().nanos()))
        .isEqualTo(
            FileTime.class.cast(jdk.getOrDefault("ctime", FileTime.fromMillis(0))).toInstant());
    assertThat(status.isSameState(in.status(name("g")))).isTrue();
  }

  @Test
  void timesBefore1970AndFarAwayAreKept() throws IOException {
    Files.createFile(directory.resolve("f"));
    for (Timestamp time :
        List.of(new Timestamp(-86_400, 999_999_999), new Timestamp(4_000_000_000L, 1))) {
      Changes.setModified(in, name("f"), time);
      assertThat(in.status(name("f")).modified()).isEqualTo(time);
      assertThat(Files.getLastModifiedTime(directory.resolve("f")).toInstant())
          .isEqualTo(Instant.ofEpochSecond(time.seconds(), time.nanos()));
    }
  }

  @Test
  void aDirectoryNamesAllOfItsEntriesOnce() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      expected.add("entry-with-a-longer-name-" + i);
      Files.createFile(directory.resolve(expected.getLast()));
    }
    List<String> names = new ArrayList<>();
    for (List<byte[]> more = in.nextNames(); !more.isEmpty(); more = in.nextNames()) {
      more.forEach(name -> names.add(new String(name, UTF_8)));
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void noCallFollowsALinkInTheLastSegment() throws IOException {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.createSymbolicLink(directory.resolve("dir"), outside);
    Files.createSymbolicLink(directory.resolve("file"), outside.resolve("secret"));

    assertThat(errno(() -> in.directory(name("dir")))).isIn(20, 40);
    assertThat(errno(() -> in.open(name("file"), Handle.Use.READ))).isEqualTo(40);
    assertThat(errno(() -> in.create(name("file")))).isEqualTo(PosixException.EEXIST);
    assertThat(in.status(name("file")).isSymlink()).isTrue();
    Changes.setModified(in, name("file"), new Timestamp(1, 2));
    Changes.makeHardLink(in, name("file"), in, name("again"));

    assertThat(in.linkTarget(name("again")))
        .isEqualTo(outside.resolve("secret").toString().getBytes(UTF_8));
    assertThat(in.status(name("file")).modified()).isEqualTo(new Timestamp(1, 2));
    assertThat(Files.getLastModifiedTime(outside.resolve("secret")).to(TimeUnit.SECONDS))
        .isGreaterThan(1);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    byte[] bytes = new byte[700_001];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    try (Handle file = in.create(name("f"))) {
      file.write(3, bytes, 1, bytes.length - 1);
      file.truncate(800_000);
    }
    assertThat(Files.size(directory.resolve("f"))).isEqualTo(800_000);
    byte[] read = new byte[bytes.length - 1];
    try (Handle file = in.open(name("f"), Handle.Use.READ)) {
      int done = 0;
      while (done < read.length) {
        done += file.read(3 + done, read, done, read.length - done);
      }
      assertThat(file.read(800_000, new byte[1], 0, 1)).isEqualTo(-1);
    }
    assertThat(read).isEqualTo(java.util.Arrays.copyOfRange(bytes, 1, bytes.length));
  }

  @Test
  void attributesOfFilesDirectoriesAndLinksAreKept() throws IOException {
    Files.createFile(directory.resolve("f"));
    Files.createDirectory(directory.resolve("d"));
    for (String target : List.of("f", "d")) {
      try (Handle looked = in.open(name(target), Handle.Use.LOOK)) {
        ExtendedAttributes.set(looked, name("user.key"), new byte[] {1, 0, 2});
        ExtendedAttributes.set(looked, name("user.empty"), new byte[0]);
        var found = ExtendedAttributes.read(looked);
        assertThat(found.get(name("user.key"))).isEqualTo(new byte[] {1, 0, 2});
        assertThat(found.get(name("user.empty"))).isEmpty();
        ExtendedAttributes.remove(looked, name("user.key"));
        assertThat(ExtendedAttributes.read(looked)).doesNotContainKey(name("user.key"));
      }
    }
    Files.createSymbolicLink(directory.resolve("l"), Path.of("f"));
    try (Handle link = in.open(name("l"), Handle.Use.LOOK)) {
      assertThat(ExtendedAttributes.read(link)).as("not those of its target").isEmpty();
    }
  }

  @Test
  void holesAreFound() throws IOException {
    try (Handle file = in.create(name("f"))) {
      file.write(1 << 20, new byte[] {1}, 0, 1);
      file.truncate(4 << 20);
      assumeTrue(file.status().blocks() < 100, "this file system has no holes");
      assertThat(file.nextData(0)).isLessThanOrEqualTo(1 << 20).isGreaterThan(0);
      assertThat(file.nextHole(1 << 20)).isGreaterThan(1 << 20).isLessThan(4 << 20);
      assertThat(file.nextData(2 << 20)).isEqualTo(-1);
    }
  }

  @Test
  void pipesAreMadeWithTheirPermissions() throws IOException {
    Changes.makeSpecial(in, name("p"), FileStatus.FIFO, 0, 0);
    try (Handle pipe = in.open(name("p"), Handle.Use.LOOK)) {
      Changes.setPermissionsOfSpecial(pipe, 0751);
    }
    assertThat(in.status(name("p")).mode()).isEqualTo(FileStatus.FIFO | 0751);
  }

  @Test
  void rootMakesDevicesAndGivesFilesAway() throws IOException {
    assumeTrue(Accounts.isRoot(), "only root may do this");
    Changes.makeSpecial(in, name("null"), FileStatus.CHARACTER_DEVICE, 1, 3);
    Changes.makeSpecial(in, name("big"), FileStatus.BLOCK_DEVICE, 259, 70_000);
    try (Handle looked = in.open(name("null"), Handle.Use.LOOK)) {
      Changes.setOwner(looked, 12, 34);
    }

    FileStatus status = in.status(name("null"));
    assertThat(List.of(status.rdevMajor(), status.rdevMinor())).containsExactly(1, 3);
    assertThat(List.of(status.uid(), status.gid())).containsExactly(12, 34);
    FileStatus big = in.status(name("big"));
    assertThat(List.of(big.rdevMajor(), big.rdevMinor())).containsExactly(259, 70_000);
    assertThat(Files.getAttribute(directory.resolve("null"), "unix:uid", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(12);
  }

  @Test
  void accountsHaveNames() {
    Accounts accounts = new Accounts();
    assertThat(accounts.user(0)).isEqualTo("root");
    assertThat(accounts.group(0)).isEqualTo("root");
    assertThat(accounts.userId("root")).contains(0);
    assertThat(accounts.groupId("root")).contains(0);
    assertThat(accounts.user(1_999_999_999)).isEmpty();
    assertThat(accounts.userId("no-such-user")).isEmpty();
  }

  @Test
  void aFailureSaysWhatTheSystemSays() {
    assertThatThrownBy(() -> in.status(name("absent")))
        .isInstanceOf(PosixException.class)
        .hasMessage("no such file or directory (statx)");
    assertThatThrownBy(() -> in.status(new byte[] {'a', 0, 'b'}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private interface Call {
    Object run() throws IOException;
  }

  private static int errno(Call call) throws IOException {
    try {
      Object opened = call.run();
      return opened == null ? 0 : -1;
    } catch (PosixException e) {
      return e.errno();
    }
  }

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
  }
}
