package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A directory with files that rows name. A new file belongs to whom its directory belongs to, as
/// far as we may say so, and can be read by who can read the directory; one that replaces another
/// takes over its owner and permissions. *Confined.*
final class AssetStore {
  private static final int BUFFER_BYTES = 256 << 10;

  private final Path directory;

  AssetStore(Path directory) {
    this.directory = directory;
  }

  /// Writes a content.
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /// What is said where a file is no more what it was.
  static BackupException changed(String key) {
    return new BackupException(
        ErrorCode.PLAN_CHANGED,
        "file " + key + " was changed meanwhile, and stays as it is",
        "Look at a new preview.");
  }

  /// The SHA-256 of a file in hexadecimal digits; empty if there is none.
  ///
  /// @throws BackupException `FILE_ERROR` if something else is there
  Optional<String> hash(String key) throws IOException {
    Path file = place(key);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    requireRegular(file);
    MessageDigest sha = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sha.update(buffer, 0, count);
      }
    }
    return Optional.of(HexFormat.of().formatHex(sha.digest()));
  }

  private Path place(String key) throws IOException {
    Path file = TenantPaths.below(directory, key);
    requireWithin(directory, file);
    return file;
  }

  /// Links within a store must not lead out of it.
  ///
  /// @throws BackupException `FILE_ERROR` if they do
  static void requireWithin(Path directory, Path file) throws IOException {
    Path parent = Objects.requireNonNull(file.getParent(), "a file lies in a directory");
    if (Files.exists(parent) && !parent.toRealPath().startsWith(directory.toRealPath())) {
      throw new BackupException(
          ErrorCode.FILE_ERROR,
          parent + " leads out of " + directory,
          "Look at the links in this directory.");
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void requireRegular(Path file) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new BackupException(
          ErrorCode.FILE_ERROR,
          file + " is no file, so it can be neither compared nor restored",
          "Move away what is there, or leave its group out with --without.");
    }
  }

  /// Writes a file, which appears when it is whole and durable.
  ///
  /// @param before the hash of the file that is replaced; empty if there must be none
  /// @throws BackupException `PLAN_CHANGED` if something else is there; it stays
  void write(String key, Optional<String> before, Content content) throws IOException {
    Path file = place(key);
    Path parent = Objects.requireNonNull(file.getParent(), "a file lies in a directory");
    Files.createDirectories(parent);
    requireWithin(directory, file);
    Path temporary = Files.createTempFile(parent, ".holdfast-", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(channel)) {
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      if (before.isEmpty()) {
        likeDirectory(temporary, parent);
        link(file, temporary, key);
      } else {
        likeFile(temporary, file);
        requireStill(key, before.get());
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel entries = FileChannel.open(parent, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  private static void link(Path file, Path temporary, String key) throws IOException {
    try {
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException _) {
      throw changed(key);
    }
  }

  private void requireStill(String key, String before) throws IOException {
    if (!hash(key).equals(Optional.of(before))) {
      throw changed(key);
    }
  }

  /// @throws BackupException `PLAN_CHANGED` if it is no more what it was
  void delete(String key, String before) throws IOException {
    requireStill(key, before);
    Files.delete(place(key));
  }

  private static void likeDirectory(Path file, Path parent) throws IOException {
    PosixFileAttributes of = Files.readAttributes(parent, PosixFileAttributes.class);
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    permissions.addAll(of.permissions());
    permissions.remove(PosixFilePermission.OWNER_EXECUTE);
    permissions.remove(PosixFilePermission.GROUP_EXECUTE);
    permissions.remove(PosixFilePermission.OTHERS_EXECUTE);
    permissions.remove(PosixFilePermission.OTHERS_WRITE);
    take(file, of, permissions);
  }

  private static void likeFile(Path file, Path other) throws IOException {
    PosixFileAttributes of =
        Files.readAttributes(other, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    take(file, of, of.permissions());
  }

  private static void take(Path file, PosixFileAttributes of, Set<PosixFilePermission> permissions)
      throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    PosixFileAttributes is = view.readAttributes();
    if (!is.group().equals(of.group())) {
      try {
        view.setGroup(of.group());
      } catch (IOException _) {
        // Only members of a group may give files to it.
      }
    }
    if (!is.owner().equals(of.owner())) {
      try {
        view.setOwner(of.owner());
      } catch (IOException _) {
        // Only root may give files away; the permissions say who can read it.
      }
    }
    view.setPermissions(permissions);
  }
}
