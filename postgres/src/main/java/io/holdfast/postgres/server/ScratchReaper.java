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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds places of processes that died, stops the servers that still run there and removes the
/// places.
public final class ScratchReaper {
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
      RunningServer.kill(place.resolve("data"));
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

  /// Removes a directory with all that is in it. Links are removed, not followed.
  public static void deleteTree(Path directory) throws IOException {
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
