package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The names of all files of a repository in a directory, those that are still being written among
/// them: what tells from outside that a command has begun to write, or has written more.
record Footprint(Set<Path> files) {
  Footprint {
    files = Set.copyOf(files);
  }

  static Footprint of(Path directory) throws IOException {
    Set<Path> files = new TreeSet<>();
    if (!Files.exists(directory)) {
      return new Footprint(files);
    }
    // What goes while we look is no reason to stop looking.
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    return new Footprint(files);
  }

  /// How many files came or went since.
  int changesSince(Footprint before) {
    long came = files.stream().filter(file -> !before.files.contains(file)).count();
    long went = before.files.stream().filter(file -> !files.contains(file)).count();
    return (int) (came + went);
  }
}
