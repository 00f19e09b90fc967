package io.holdfast.engine.embedded;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.server.RunningServer;
import io.holdfast.postgres.server.ScratchReaper;
import io.holdfast.postgres.server.ServerUser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The directory of an embedded cluster. It is held by a lock on a file in it, which the operating
/// system releases when this process dies, however it dies.
///
/// The directory itself and the programs in it are ours, so that the server's user, where that is
/// another one, cannot put programs there that we run. The data and the sockets belong to the
/// server's user, and nobody else can enter them.
final class EmbeddedPlace implements AutoCloseable {
  /// A directory with such a file is a place. Nobody else's file is called that.
  static final String MARKER = "holdfast-postgresql.lock";

  /// For directories that only their owner may enter.
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final String FIRST_LINE = "PostgreSQL of Holdfast, layout 1";
  private static final int MARKER_BYTES_MAX = 1024;

  /// Places of this process. A process must not probe its own locks: closing the probe would
  /// release them.
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel marker;
  private final ServerUser mine;
  private final ServerUser user;

  private EmbeddedPlace(Path directory, FileChannel marker, ServerUser mine, ServerUser user) {
    this.directory = directory;
    this.marker = marker;
    this.mine = mine;
    this.user = user;
  }

  /// Takes a directory: a new or empty one, or one that was a place before.
  ///
  /// @throws BackupException `TARGET_NOT_EMPTY` if there are files of others in it, `FILE_ERROR` if
  ///   another process holds it, `TARGET_NOT_WRITABLE` if it is somebody else's,
  ///   `SERVER_PROGRAM_MISSING` if this process is root and there is no user for the server
  static EmbeddedPlace claim(Path wanted) throws IOException {
    Path directory = make(wanted);
    if (!OWN.add(directory)) {
      throw held(directory, "this process");
    }
    try {
      requireOurs(directory);
      FileChannel marker =
          FileChannel.open(
              directory.resolve(MARKER),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      try {
        return lock(directory, marker);
      } catch (IOException | RuntimeException e) {
        marker.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      OWN.remove(directory);
      throw e;
    }
  }

  private static EmbeddedPlace lock(Path directory, FileChannel marker) throws IOException {
    if (marker.tryLock() == null) {
      throw held(directory, text(marker).lines().skip(1).findFirst().orElse("another process"));
    }
    String before = text(marker);
    if (!before.isEmpty() && !before.startsWith(FIRST_LINE)) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_EMPTY,
          "the file " + directory.resolve(MARKER) + " is not one that this version wrote",
          "Choose another directory, or use the version of Holdfast that made this one.");
    }
    ServerUser mine = ServerUser.ofThisProcess();
    Path data = directory.resolve("data");
    ServerUser user =
        Files.exists(data, LinkOption.NOFOLLOW_LINKS)
            ? ServerUser.ownerOf(data)
            : userFor(mine, directory);
    EmbeddedPlace place = new EmbeddedPlace(directory, marker, mine, user);
    place.settle();
    String text = FIRST_LINE + "\nprocess " + ProcessHandle.current().pid() + "\n";
    marker.truncate(0);
    marker.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    marker.force(true);
    return place;
  }

  /// The directory, ours, absolute and without links.
  Path directory() {
    return directory;
  }

  /// The data directory once it is whole.
  Path data() {
    return directory.resolve("data");
  }

  /// What a server prints that runs on the data directory of that name.
  Path log(String data) {
    return directory.resolve(data + ".log");
  }

  /// The user of this process.
  ServerUser mine() {
    return mine;
  }

  /// The user that the server runs as.
  ServerUser user() {
    return user;
  }

  /// Makes an empty directory that belongs to the server's user, instead of what a crash left.
  Path makeEmpty(String name) throws IOException {
    Path path = directory.resolve(name);
    discard(name);
    Files.createDirectory(path, PRIVATE);
    give(path);
    return path;
  }

  /// Removes something of ours, with what is in it, if it is there.
  void discard(String name) throws IOException {
    Path path = directory.resolve(name);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        RunningServer.stopLeftover(path);
      }
      ScratchReaper.deleteTree(path);
    }
  }

  /// Gives something in the place its final name, durably.
  void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Releases the place. Its server must have been stopped before.
  @Override
  public void close() throws IOException {
    try {
      marker.close();
    } finally {
      OWN.remove(directory);
    }
  }

  private static Path make(Path wanted) throws IOException {
    Path absolute = wanted.toAbsolutePath().normalize();
    if (!Files.exists(absolute)) {
      Path parent = absolute.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createDirectory(absolute, PRIVATE);
      } catch (FileAlreadyExistsException e) {
        // Another process was faster, and its lock decides; or it is no directory.
      }
    }
    if (!Files.isDirectory(absolute)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          absolute + " is not a directory",
          "Name a new or empty directory for the catalog.");
    }
    return absolute.toRealPath();
  }

  /// Refuses a directory in which there is something, but no marker.
  private static void requireOurs(Path directory) throws IOException {
    if (Files.exists(directory.resolve(MARKER), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        throw new BackupException(
            ErrorCode.TARGET_NOT_EMPTY,
            directory + " has files of others in it, for example " + file.getFileName(),
            "Choose a new or empty directory; nothing was changed.");
      }
    }
  }

  /// The user for a new cluster's server. Where we are root that is `postgres`; else whoever was
  /// given the empty directory, because somebody decided that. Never `nobody`, whose files belong
  /// to every other service that runs as `nobody`.
  private static ServerUser userFor(ServerUser mine, Path directory) throws IOException {
    try {
      return ServerUser.forServersOf(mine);
    } catch (BackupException e) {
      ServerUser owner = ServerUser.ownerOf(directory);
      if (owner.isRoot() || owner.isNobody()) {
        throw new BackupException(
            ErrorCode.SERVER_PROGRAM_MISSING,
            "this process is root, PostgreSQL does not run as root, and there is no user postgres",
            "Run holdfast as another user; or create one (useradd --system postgres); or give the"
                + " empty directory "
                + directory
                + " to the user that the server shall run as.",
            e);
      }
      return owner;
    }
  }

  /// Makes the directory ours, passable for the server's user where that is another one.
  private void settle() throws IOException {
    ServerUser owner = ServerUser.ownerOf(directory);
    if (!mine.isRoot() && owner.userNumber() != mine.userNumber()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          "the directory "
              + directory
              + " belongs to user number "
              + owner.userNumber()
              + ", not to us",
          "Run as that user, or choose another directory.");
    }
    boolean shared = user.userNumber() != mine.userNumber();
    if (mine.isRoot()) {
      Files.setAttribute(directory, "unix:uid", mine.userNumber(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(directory, "unix:gid", mine.groupNumber(), LinkOption.NOFOLLOW_LINKS);
    }
    Files.setPosixFilePermissions(
        directory, PosixFilePermissions.fromString(shared ? "rwx--x--x" : "rwx------"));
    user.requireAccessTo(
        directory, "Choose a directory that the server's user can reach, or open the way (chmod).");
  }

  /// Makes the server's user the owner of a new directory.
  void give(Path path) throws IOException {
    if (!user.equals(mine)) {
      user.adopt(path);
    }
  }

  private static String text(FileChannel marker) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MARKER_BYTES_MAX);
    int read = marker.read(bytes, 0);
    return new String(bytes.array(), 0, Math.max(0, read), StandardCharsets.UTF_8);
  }

  private static BackupException held(Path directory, String holder) {
    return new BackupException(
        ErrorCode.FILE_ERROR,
        "the directory " + directory + " is in use by another Holdfast (" + holder + ")",
        "Stop that one, or choose another directory: one server keeps one catalog.");
  }
}
