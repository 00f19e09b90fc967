package io.holdfast.storage;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Opens and makes stores in directories; [BlobStores] says how it fails.
final class LocalPlace {
  private LocalPlace() {}

  static BlobStore open(Path directory, StoreContext context) {
    requireNoFile(directory);
    if (!Files.exists(directory)) {
      throw new BackupException(
          ErrorCode.REPOSITORY_MISSING,
          "there is no directory " + directory,
          "Check the path, mount the disk, or create a repository with 'holdfast init'.");
    }
    return openExisting(directory, context);
  }

  /// Makes the directory where it is missing, durable in its parents, proves that blobs can be put
  /// into it, and opens it.
  static BlobStore create(Path directory, StoreContext context) {
    requireNoFile(directory);
    makeDirectories(directory);
    BlobStore store = openExisting(directory, context);
    requireLinks(store, directory);
    return store;
  }

  /// Requires that the directory holds nothing but `expected` names.
  static void requireUsable(Path directory, Set<String> expected) {
    requireNoFile(directory);
    if (!Files.isDirectory(directory) || Files.exists(directory.resolve("format"))) {
      return; // nothing is there, or a repository, which is refused in words of its own
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!expected.contains(String.valueOf(entry.getFileName()))) {
          throw unusable(
              "the directory " + directory + " is not empty: it holds " + entry.getFileName(),
              "Choose a directory that is empty or does not exist yet, for example "
                  + directory.resolve("holdfast")
                  + ".",
              null);
        }
      }
    } catch (IOException e) {
      throw unusable(
          "the directory " + directory + " cannot be read: " + LocalFailures.reason(e),
          "Run as the user that owns it, or choose another place.",
          e);
    }
  }

  private static void requireNoFile(Path directory) {
    for (Path at = directory; at != null; at = at.getParent()) {
      if (Files.exists(at) && !Files.isDirectory(at)) {
        throw unusable(at + " is not a directory", "Choose another place.", null);
      }
    }
  }

  private static void makeDirectories(Path directory) {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = LocalDirectories.parentOf(directory);
    makeDirectories(parent);
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw unusable(directory + " is not a directory", "Choose another place.", e);
      }
    } catch (IOException e) {
      throw unusable(
          "cannot make the directory " + directory + ": " + LocalFailures.reason(e),
          "Make it yourself and give it to the user that runs Holdfast, or choose another place.",
          e);
    }
    syncEntry(directory, parent);
  }

  /// A parent that may be entered but not read cannot be synced; its owner made it that way.
  private static void syncEntry(Path directory, Path parent) {
    if (!Files.isReadable(parent)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw unusable(
          "cannot make " + directory + " durable: " + LocalFailures.reason(e),
          "Look at the health of that disk, or choose another place.",
          e);
    }
  }

  private static BlobStore openExisting(Path directory, StoreContext context) {
    if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
      throw unusable(
          "the directory " + directory + " cannot be read by this user",
          "Run as the user that owns the repository.",
          null);
    }
    try {
      return LocalBlobStore.open(directory, context);
    } catch (IOException e) {
      throw unusable(LocalFailures.reason(e), "Look at that directory and its disk.", e);
    }
  }

  private static void requireLinks(BlobStore store, Path directory) {
    StoreCapabilities capabilities;
    try {
      capabilities = store.capabilities();
    } catch (IOException e) {
      throw unusable(
          "cannot write to " + directory + ": " + LocalFailures.reason(e),
          "A repository needs a file system with hard links, free space and write permission.",
          e);
    }
    if (capabilities.putIfAbsent() == Support.NO) {
      throw unusable(
          "blobs cannot be put safely into " + directory + ": " + capabilities.remark(),
          "A repository needs a writable directory on a file system with hard links.",
          null);
    }
  }

  private static BackupException unusable(
      String message, String hint, @Nullable IOException cause) {
    return new BackupException(ErrorCode.REPOSITORY_PLACE_UNUSABLE, message, hint, cause);
  }
}
