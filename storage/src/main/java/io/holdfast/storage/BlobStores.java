package io.holdfast.storage;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the store that a person named: a path or a `file:` URL.
public final class BlobStores {
  private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]+):.*");
  private static final String SUPPORTED =
      "Give a directory, as a path (/srv/backups) or as a URL (file:///srv/backups).";

  /// What an `init` that was cut off may have left, and what a fresh file system holds.
  private static final Set<String> EXPECTED =
      Set.of(
          LeftoverFiles.DIRECTORY,
          "check",
          "forgot",
          "idx",
          "keys",
          "log",
          "packs",
          "probe",
          "wal",
          "maint",
          "lost+found");

  private BlobStores() {}

  /// Opens the store at `place`, which must exist. Writes nothing.
  ///
  /// @throws BackupException `BAD_URL`, `REPOSITORY_MISSING` where there is nothing at all, or
  ///   `REPOSITORY_PLACE_UNUSABLE`
  public static BlobStore open(String place, InstantSource clock, Entropy entropy) {
    Path directory = directory(place);
    requireNoFile(directory);
    if (!Files.exists(directory)) {
      throw new BackupException(
          ErrorCode.REPOSITORY_MISSING,
          "there is no directory " + directory,
          "Check the path, mount the disk, or create a repository with 'holdfast init'.");
    }
    return openExisting(directory, clock, entropy);
  }

  /// Makes the directory where it is missing, durable in its parents, proves that blobs can be put
  /// into it, and opens it. What the directory holds already is left alone.
  ///
  /// @throws BackupException `BAD_URL`, or `REPOSITORY_PLACE_UNUSABLE` when a file is in the way,
  ///   something may not be written or the file system has no hard links
  public static BlobStore create(String place, InstantSource clock, Entropy entropy) {
    Path directory = directory(place);
    requireNoFile(directory);
    makeDirectories(directory);
    BlobStore store = openExisting(directory, clock, entropy);
    requireLinks(store, directory);
    return store;
  }

  /// Requires that [#create] would not mix a repository with files of others.
  ///
  /// @throws BackupException `BAD_URL`, or `REPOSITORY_PLACE_UNUSABLE`
  public static void requireUsable(String place) {
    Path directory = directory(place);
    requireNoFile(directory);
    if (!Files.isDirectory(directory) || Files.exists(directory.resolve("format"))) {
      return; // nothing is there, or a repository, which is refused in words of its own
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!EXPECTED.contains(String.valueOf(entry.getFileName()))) {
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

  private static Path directory(String place) {
    if (place.isBlank()) {
      throw badUrl("the repository's place is empty");
    }
    if (place.startsWith("~")) {
      throw badUrl("the path " + place + " begins with '~', which only a shell replaces");
    }
    Matcher scheme = SCHEME.matcher(place);
    try {
      if (!scheme.matches()) {
        return Path.of(place).toAbsolutePath().normalize();
      }
      // The URL itself stays out of messages: it may hold credentials.
      String name = scheme.group(1).toLowerCase(Locale.ROOT);
      if (!name.equals("file")) {
        throw badUrl("repositories at " + name + ": URLs are not supported");
      }
      return Path.of(new URI(place)).normalize();
    } catch (URISyntaxException | IllegalArgumentException e) {
      String what = e instanceof InvalidPathException ? "path" : "file: URL";
      throw new BackupException(
          ErrorCode.BAD_URL, "cannot read the " + what + " of the repository", SUPPORTED, e);
    }
  }

  private static BackupException badUrl(String message) {
    return new BackupException(ErrorCode.BAD_URL, message, SUPPORTED);
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

  private static BlobStore openExisting(Path directory, InstantSource clock, Entropy entropy) {
    if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
      throw unusable(
          "the directory " + directory + " cannot be read by this user",
          "Run as the user that owns the repository.",
          null);
    }
    try {
      return LocalBlobStore.open(directory, clock, entropy);
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
