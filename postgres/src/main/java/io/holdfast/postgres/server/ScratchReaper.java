package io.holdfast.postgres.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds places of processes that died, stops the servers that still run there and removes the
/// places.
public final class ScratchReaper {
  private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);

  private ScratchReaper() {}

  /// Cleans up in `parent`. A place in use by any process of this host is left alone, and so is
  /// everything that is no scratch place of our user's.
  ///
  /// @return the places that were removed
  public static List<Path> reap(Path parent) throws IOException {
    List<Path> removed = new ArrayList<>();
    try (DirectoryStream<Path> places =
        Files.newDirectoryStream(parent.toRealPath(), ScratchPlace.PREFIX + "*")) {
      for (Path place : places) {
        if (isPrivateDirectory(place) && !ScratchPlace.isOwn(place) && reapOne(place)) {
          removed.add(place);
        }
      }
    }
    return removed;
  }

  private static boolean reapOne(Path place) throws IOException {
    try (FileChannel marker =
            FileChannel.open(place.resolve(ScratchPlace.MARKER), StandardOpenOption.WRITE);
        @Nullable FileLock lock = marker.tryLock()) {
      if (lock == null || marker.size() == 0) {
        return false;
      }
      stopServer(place.resolve("data"));
      deleteTree(place);
      return true;
    } catch (NoSuchFileException | java.nio.file.AccessDeniedException e) {
      // Another process is just making or removing the place, or it belongs to somebody else.
      return false;
    }
  }

  private static boolean isPrivateDirectory(Path place) throws IOException {
    try {
      return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
          && Files.getPosixFilePermissions(place, LinkOption.NOFOLLOW_LINKS)
              .equals(io.holdfast.postgres.datadir.DataDirectoryLayout.DIRECTORY_MODE);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /// Kills the server that runs on a data directory, if one does.
  private static void stopServer(Path data) throws IOException {
    Optional<ProcessHandle> server = runningServer(data);
    if (server.isEmpty()) {
      return;
    }
    Signals.send(server.get().pid(), "QUIT");
    if (!Signals.hasEnded(server.get(), SIGNAL_LIMIT)) {
      server.get().destroyForcibly();
      Signals.hasEnded(server.get(), SIGNAL_LIMIT);
    }
  }

  /// The process named in `postmaster.pid`, if its working directory proves that it is that server:
  /// numbers of processes are used again.
  private static Optional<ProcessHandle> runningServer(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.isRegularFile(pidFile, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    long pid;
    try (var lines = Files.lines(pidFile, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      pid = Long.parseLong(lines.findFirst().orElse("0").strip());
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    Path workingDirectory = Path.of("/proc", Long.toString(pid), "cwd");
    boolean proven =
        Files.exists(Path.of("/proc/self"))
            ? Files.exists(workingDirectory) && Files.isSameFile(workingDirectory, data)
            : ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .filter(line -> line.contains(data.toString()))
                .isPresent();
    return proven ? ProcessHandle.of(pid) : Optional.empty();
  }

  /// Removes a directory with all that is in it. Links are removed, not followed.
  static void deleteTree(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(path);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
