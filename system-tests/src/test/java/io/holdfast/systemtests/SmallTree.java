package io.holdfast.systemtests;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A directory with a little of everything, and what has to be the same after a restore.
final class SmallTree {
  /// Of the one large file, which nothing makes smaller.
  static final int LARGE_BYTES = 3 << 20;

  private static final String LARGE = "data/large";

  /// What a file, directory or link is.
  ///
  /// @param content of a file, or the target of a link
  record Entry(String permissions, FileTime modified, ByteBuffer content) {}

  private SmallTree() {}

  static Path make(Path root) throws IOException {
    Files.createDirectories(root.resolve("data/deep/deeper"));
    Files.createDirectory(root.resolve("data/empty"));
    Files.createFile(root.resolve("data/nothing"));
    Files.writeString(root.resolve("data/deep/deeper/small"), "holdfast\n");
    Files.createSymbolicLink(root.resolve("link"), Path.of("data/deep/../nowhere"));
    Path secret = Files.writeString(root.resolve("secret"), "for the owner only");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Files.setLastModifiedTime(secret, FileTime.from(Instant.parse("2020-02-02T02:02:02.020202Z")));
    replaceLarge(root, 1);
    return root;
  }

  /// Nothing of the large file is left: what an older backup has of it, no newer one needs.
  static void replaceLarge(Path root, long seed) throws IOException {
    byte[] bytes = new byte[LARGE_BYTES];
    Seeds.random(seed).nextBytes(bytes);
    Files.write(root.resolve(LARGE), bytes);
  }

  /// Everything below `root`, by its path from there.
  static Map<String, Entry> entries(Path root) throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        entries.put(root.relativize(path).toString(), entry(path));
      }
    }
    return entries;
  }

  private static Entry entry(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    byte[] content =
        attributes.isSymbolicLink()
            ? Files.readSymbolicLink(path).toString().getBytes(StandardCharsets.UTF_8)
            : attributes.isRegularFile() ? Files.readAllBytes(path) : new byte[0];
    return new Entry(
        PosixFilePermissions.toString(attributes.permissions()),
        attributes.lastModifiedTime(),
        ByteBuffer.wrap(content));
  }
}
