package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.NewObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A directory with files that rows name. A new file belongs to whom its directory belongs to, as
/// far as we may say so, and can be read by who can read the directory; one that replaces another
/// takes over its owner and permissions. *Confined.*
final class DirectoryAssets implements AssetStore {
  private static final int BUFFER_BYTES = 256 << 10;

  private final Path directory;

  DirectoryAssets(Path directory) {
    this.directory = directory;
  }

  @Override
  public Optional<Found> open(String key) throws IOException {
    Path file = place(key);
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(new Opened(file, Files.size(file)))
        : Optional.empty();
  }

  private record Opened(Path file, long bytes) implements Found {
    @Override
    public Map<String, String> headers() {
      return Map.of();
    }

    @Override
    public void copyTo(TenantContents.Sink sink) throws IOException {
      copy(file, sink);
    }
  }

  private static void copy(Path file, TenantContents.Sink sink, OpenOption... options)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file, options)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sink.take(buffer, 0, count);
      }
    }
  }

  @Override
  public Optional<Seen> look(String key) throws IOException {
    return hash(key).map(hash -> new Seen(hash, ""));
  }

  @Override
  public Optional<Seen> look(String key, long bytes) throws IOException {
    return look(key);
  }

  @Override
  public void requireFits(String key, long bytes) {
    // What is too much for a disk shows when it is written.
  }

  /// The SHA-256 of a file in hexadecimal digits; empty if there is none.
  ///
  /// @throws BackupException `FILE_ERROR` if something else is there
  private Optional<String> hash(String key) throws IOException {
    Path file = place(key);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    requireRegular(file);
    MessageDigest sha = AssetStore.sha256();
    copy(file, sha::update, LinkOption.NOFOLLOW_LINKS);
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
  private static void requireWithin(Path directory, Path file) throws IOException {
    Path parent = Objects.requireNonNull(file.getParent(), "a file lies in a directory");
    if (!Files.exists(directory)) {
      return;
    }
    // Of a path that is not there yet, what is there of it decides.
    Path there = parent;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!there.toRealPath().startsWith(directory.toRealPath())) {
      throw new BackupException(
          ErrorCode.FILE_ERROR,
          parent + " leads out of " + directory,
          "Look at the links in this directory.");
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

  @Override
  public void write(String key, Optional<Seen> before, NewObject content) throws IOException {
    Path file = place(key);
    Path parent = Objects.requireNonNull(file.getParent(), "a file lies in a directory");
    makeDirectory(parent);
    Path temporary = Files.createTempFile(parent, ".holdfast-", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(channel);
          InputStream in = content.body().open()) {
        in.transferTo(out);
        out.flush();
        channel.force(true);
      }
      if (before.isEmpty()) {
        likeDirectory(temporary, parent);
        link(file, temporary, key);
      } else {
        requireStill(key, before.get().state());
        likeFile(temporary, file);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
    force(parent);
  }

  /// Makes what is missing of a path, each durable; [#place] has looked that what is there does not
  /// lead out.
  private static void makeDirectory(Path wanted) throws IOException {
    if (Files.isDirectory(wanted)) {
      return;
    }
    Path parent = wanted.getParent();
    if (parent != null) {
      makeDirectory(parent);
      try {
        Files.createDirectory(wanted);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(wanted)) {
          throw e;
        }
      }
      force(parent);
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  private static void link(Path file, Path temporary, String key) throws IOException {
    try {
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException _) {
      throw AssetStore.changed(key);
    }
  }

  private void requireStill(String key, String before) throws IOException {
    if (!hash(key).equals(Optional.of(before))) {
      throw AssetStore.changed(key);
    }
  }

  @Override
  public void delete(String key, Seen before) throws IOException {
    requireStill(key, before.state());
    Path file = place(key);
    Files.delete(file);
    force(Objects.requireNonNull(file.getParent(), "a file lies in a directory"));
  }

  @Override
  public String describe() {
    return directory.toAbsolutePath().normalize().toString();
  }

  @Override
  public Optional<String> directory() {
    return Optional.of(describe());
  }

  @Override
  public void close() {
    // It holds nothing.
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
