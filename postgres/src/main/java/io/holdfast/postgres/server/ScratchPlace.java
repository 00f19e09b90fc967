package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.datadir.DataDirectoryLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A private directory for one scratch server. It is held by a lock on a file in it, which the
/// operating system releases when this process dies, however it dies.
public final class ScratchPlace implements AutoCloseable {
  /// What the names of all places begin with.
  static final String PREFIX = "holdfast-scratch-";

  static final String MARKER = "in-use";

  /// Longest path of a directory in which a socket still fits.
  private static final int LONGEST_SOCKET_DIRECTORY = 90;

  /// Places of this process. A process must not probe its own locks: closing the probe would
  /// release them.
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel marker;
  private final FileLock lock;
  private final ServerUser user;
  private final ServerUser mine;

  private ScratchPlace(
      Path directory, FileChannel marker, FileLock lock, ServerUser user, ServerUser mine) {
    this.directory = directory;
    this.marker = marker;
    this.lock = lock;
    this.user = user;
    this.mine = mine;
  }

  /// Makes a place in `parent`.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the path is too long for a socket or the server's
  ///   user may not pass `parent`
  public static ScratchPlace create(Path parent, Entropy entropy) throws IOException {
    String name = PREFIX + HexFormat.of().formatHex(entropy.bytes(6));
    Path directory = parent.toRealPath().resolve(name);
    Path sockets = directory.resolve("socket");
    if (sockets.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_DIRECTORY) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the path " + sockets + " is too long for a server's socket",
          "Choose a scratch directory with a shorter path, for example /tmp.");
    }
    var privately = PosixFilePermissions.asFileAttribute(DataDirectoryLayout.DIRECTORY_MODE);
    Files.createDirectory(directory, privately);
    OWN.add(directory);
    FileChannel marker =
        FileChannel.open(
            directory.resolve(MARKER), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      FileLock lock = marker.lock();
      marker.write(
          ByteBuffer.wrap(
              ("pid " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
      Files.createDirectory(sockets, privately);
      Files.createDirectory(directory.resolve("data"), privately);
      ServerUser mine = ServerUser.ownerOf(directory);
      ServerUser user = ServerUser.forServersOf(mine);
      user.requireAccessTo(parent.toRealPath());
      ScratchPlace place = new ScratchPlace(directory, marker, lock, user, mine);
      place.giveToServer();
      return place;
    } catch (IOException | RuntimeException e) {
      OWN.remove(directory);
      marker.close();
      ScratchReaper.deleteTree(directory);
      throw e;
    }
  }

  /// The place itself, mode 0700. Tablespaces may be put beside the data directory.
  public Path directory() {
    return directory;
  }

  /// The empty data directory.
  public Path data() {
    return directory.resolve("data");
  }

  /// Where the server's socket is; for `unix_socket_directories`.
  public Path socketDirectory() {
    return directory.resolve("socket");
  }

  /// The server's log.
  public Path log() {
    return directory.resolve("server.log");
  }

  /// The user the server runs as. Files that this process puts here are given to it by
  /// [#giveToServer].
  public ServerUser user() {
    return user;
  }

  /// The user of this process.
  ServerUser mine() {
    return mine;
  }

  /// Makes the server's user the owner of everything in the place.
  public void giveToServer() throws IOException {
    if (!user.equals(mine)) {
      user.adopt(directory);
    }
  }

  /// Removes the place with all that is in it. A server must have been stopped before.
  @Override
  public void close() throws IOException {
    try {
      ScratchReaper.deleteTree(directory);
    } finally {
      OWN.remove(directory);
      lock.close();
      marker.close();
    }
  }

  static boolean isOwn(Path directory) {
    return OWN.contains(directory);
  }
}
