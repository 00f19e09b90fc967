package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The operating system's user that a server runs as and that owns its files. Servers refuse to run
/// as root.
public record ServerUser(int userNumber, int groupNumber) {
  private static final int NOBODY = 65_534;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final List<Path> PROGRAM_PLACES =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"));

  /// The owner of a file or directory.
  public static ServerUser ownerOf(Path path) throws IOException {
    return new ServerUser(
        (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS),
        (Integer) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS));
  }

  /// The user that this process runs as.
  public static ServerUser ofThisProcess() throws IOException {
    Path probe = Files.createTempFile("holdfast-user", "");
    try {
      return ownerOf(probe);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /// The user that scratch servers of a process of user `mine` run as: `postgres` for root, else
  /// the same.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING` if this process is root and there is no user
  ///   `postgres`
  public static ServerUser forServersOf(ServerUser mine) throws IOException {
    if (!mine.isRoot()) {
      return mine;
    }
    ShortCommand.Outcome user = ShortCommand.run(List.of("id", "-u", "postgres"), LIMIT);
    ShortCommand.Outcome group = ShortCommand.run(List.of("id", "-g", "postgres"), LIMIT);
    if (user.status() != 0 || group.status() != 0) {
      throw new BackupException(
          ErrorCode.SERVER_PROGRAM_MISSING,
          "this process is root and there is no user postgres to run a server as",
          "Run as another user, or create the user postgres.");
    }
    return new ServerUser(
        Integer.parseInt(user.output().strip()), Integer.parseInt(group.output().strip()));
  }

  public boolean isRoot() {
    return userNumber == 0;
  }

  /// The user of services that own no files. Several may share it.
  public boolean isNobody() {
    return userNumber == NOBODY;
  }

  /// The command as this user runs it.
  ///
  /// @param mine the user of this process
  public List<String> asThisUser(ServerUser mine, List<String> command) {
    if (userNumber == mine.userNumber) {
      return command;
    }
    if (!mine.isRoot()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_WRITABLE,
          "the data directory belongs to user number " + userNumber + ", not to us",
          "Run as that user or as root.");
    }
    Path setpriv =
        systemProgram("setpriv")
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.SERVER_PROGRAM_MISSING,
                        "a server cannot run as root, and setpriv is missing to run it as its"
                            + " owner",
                        "Install the package util-linux, or run as the owner of the data"
                            + " directory."));
    List<String> whole = new ArrayList<>();
    whole.add(setpriv.toString());
    whole.add("--reuid=" + userNumber);
    whole.add("--regid=" + groupNumber);
    whole.add("--clear-groups");
    whole.add("--");
    whole.addAll(command);
    return whole;
  }

  /// A program of the operating system, if it is there.
  static Optional<Path> systemProgram(String name) {
    return PROGRAM_PLACES.stream()
        .map(place -> place.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Makes sure that this user may pass a directory and all above it.
  ///
  /// @param directory absolute, without links
  void requireAccessTo(Path directory) throws IOException {
    requireAccessTo(
        directory,
        "Choose a scratch directory that the server's user can reach, for example /tmp.");
  }

  /// As above.
  ///
  /// @param hint what to do where it may not
  public void requireAccessTo(Path directory, String hint) throws IOException {
    for (Path step = directory; step != null; step = step.getParent()) {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(step);
      ServerUser owner = ownerOf(step);
      PosixFilePermission needed =
          owner.userNumber == userNumber
              ? PosixFilePermission.OWNER_EXECUTE
              : owner.groupNumber == groupNumber
                  ? PosixFilePermission.GROUP_EXECUTE
                  : PosixFilePermission.OTHERS_EXECUTE;
      if (!isRoot() && !mode.contains(needed)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "the directory " + step + " cannot be reached by user number " + userNumber,
            hint);
      }
    }
  }

  /// Makes this user the owner of a directory and of all that is in it. Links are not followed.
  public void adopt(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            return give(path);
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            return give(path);
          }

          private FileVisitResult give(Path path) throws IOException {
            Files.setAttribute(path, "unix:uid", userNumber, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", groupNumber, LinkOption.NOFOLLOW_LINKS);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
