package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.holdfast.files.posix.Accounts;
import io.holdfast.files.posix.Changes;
import io.holdfast.files.posix.ExtendedAttributes;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.FileStatus.Timestamp;
import io.holdfast.files.posix.Handle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;

/// Trees of files for tests, and the judge of restored ones.
final class FileTrees {
  private FileTrees() {}

  /// One of everything that this user may make.
  static void makeEverything(Path root) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Files.createDirectories(root.resolve("a/deep/er"));
    Files.createDirectory(root.resolve("a-b"));
    Files.createDirectory(root.resolve("empty-directory"));
    Files.writeString(root.resolve("a/x"), "hello");
    Files.writeString(root.resolve("a/deep/er/ünï 😀"), "text");
    Files.createFile(root.resolve("a-b/empty"));
    byte[] big = new byte[3_000_000];
    random.nextBytes(big);
    Files.write(root.resolve("a/big"), big);
    Files.write(root.resolve("a/zeros"), new byte[1_000_000]);
    Files.createLink(root.resolve("a-b/hard"), root.resolve("a/x"));
    Files.createLink(root.resolve("z-hard"), root.resolve("a/x"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("a/x"));
    Files.createSymbolicLink(root.resolve("dangling"), Path.of("../../no/where"));
    Files.setPosixFilePermissions(
        root.resolve("a/deep"), PosixFilePermissions.fromString("r-xr-x--x"));
    try (Handle in = Handle.openDirectory(root)) {
      try (Handle sparse = in.create(name("sparse"))) {
        sparse.write(5_000_000, new byte[] {1, 2, 3}, 0, 3);
        sparse.truncate(20_000_000);
      }
      try (Handle hole = in.create(name("hole"))) {
        hole.truncate(1_000_000);
      }
      try (Handle odd = in.create(new byte[] {'o', (byte) 0xff, (byte) 0xc3})) {
        odd.write(0, new byte[] {9}, 0, 1);
      }
      Changes.makeSpecial(in, name("pipe"), FileStatus.FIFO, 0, 0);
      Changes.makeSpecial(in, name("socket"), FileStatus.SOCKET, 0, 0);
      try (Handle directory = in.open(name("a-b"), Handle.Use.LOOK)) {
        ExtendedAttributes.set(directory, name("user.note"), name("on a directory"));
      }
      if (Accounts.isRoot()) {
        makeAsRoot(in);
      }
      Changes.setModified(in, name("link"), new Timestamp(-1_000, 5));
      Changes.setModified(in, name("a"), new Timestamp(981_173_106, 123_456_789));
    }
  }

  private static void giveAway(Handle in, String name, int uid, int gid) throws IOException {
    try (Handle entry = in.open(name(name), Handle.Use.LOOK)) {
      Changes.setOwner(entry, uid, gid);
    }
  }

  private static void makeAsRoot(Handle in) throws IOException {
    Changes.makeSpecial(in, name("null"), FileStatus.CHARACTER_DEVICE, 1, 3);
    Changes.makeSpecial(in, name("loop"), FileStatus.BLOCK_DEVICE, 7, 300);
    giveAway(in, "link", 12, 34);
    giveAway(in, "sparse", 65_534, 1);
    try (Handle directory = in.open(name("a-b"), Handle.Use.LOOK)) {
      // user::rwx, user 1: rwx, group::r-x, mask::rwx, other::r-x
      byte[] list = {
        2, 0, 0, 0, 1, 0, 7, 0, -1, -1, -1, -1, 2, 0, 7, 0, 1, 0, 0, 0, 4, 0, 5, 0, -1, -1, -1, -1,
        16, 0, 7, 0, -1, -1, -1, -1, 32, 0, 5, 0, -1, -1, -1, -1
      };
      ExtendedAttributes.set(directory, name("system.posix_acl_access"), list);
      ExtendedAttributes.set(directory, name("system.posix_acl_default"), list);
      ExtendedAttributes.set(directory, name("trusted.key"), new byte[] {0, 1});
    }
    try (Handle link = in.open(name("link"), Handle.Use.LOOK)) {
      ExtendedAttributes.set(link, name("trusted.of-a-link"), new byte[] {3});
    }
    try (Handle file = in.open(name("sparse"), Handle.Use.READ)) {
      Changes.setPermissions(file, 06751);
    }
  }

  /// Requires that an independent tool finds nothing that differs: kinds, content, permissions,
  /// owners, times, hard links, access lists, attributes, devices, pipes, sockets, nothing missing,
  /// nothing left over.
  static void requireEqual(Path expected, Path actual) {
    assertThat(differences(expected, actual)).isEmpty();
  }

  static String differences(Path expected, Path actual) {
    ProcessBuilder rsync =
        new ProcessBuilder(
            "rsync",
            "-aHAXn",
            "--delete",
            "--checksum",
            "--itemize-changes",
            expected + "/",
            actual + "/");
    try {
      Process process = rsync.redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    } catch (IOException e) {
      return fail("rsync is needed to judge restored files: apt-get install rsync", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(e);
    }
  }

  static byte[] name(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
