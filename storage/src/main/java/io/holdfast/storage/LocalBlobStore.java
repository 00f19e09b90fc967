package io.holdfast.storage;

import io.holdfast.base.Entropy;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Blobs as files of a directory; the key is the path. Directories have mode 0700, files 0600.
///
/// A put writes a file in `~tmp`, syncs it, links it to its final name (which fails if the name is
/// taken, unlike a rename), removes the name in `~tmp` and syncs the directory. After a crash at
/// any of these steps the blob is absent or whole. `ALREADY_PRESENT` is answered only when the blob
/// that is present is durable.
///
/// A key must not be the directory of another one. Links below the directory are not followed, a
/// directory that was replaced meanwhile (an unmounted disk) is reported as unavailable. Names that
/// are no keys are not listed. Without write permission `get`, `getRange`, `stat` and `list` work.
///
/// Not proved against real NFS, SMB or FUSE servers: there it is for one host, and says so.
public final class LocalBlobStore implements BlobStore {
  private final Path root;
  private final String fileSystemType;
  private final FileSystemKind kind;
  private final FileSteps steps;
  private final LeftoverFiles leftovers;
  private final LocalDirectories directories;
  private final LocalPut writes;
  private final Pace pace;

  LocalBlobStore(
      Path root, String fileSystemType, FileSteps steps, InstantSource clock, Entropy entropy) {
    this(root, fileSystemType, steps, new StoreContext(clock, entropy, Map.of()));
  }

  private LocalBlobStore(Path root, String fileSystemType, FileSteps steps, StoreContext context) {
    this.root = root;
    this.pace = context.pace();
    this.fileSystemType = fileSystemType;
    this.kind = FileSystemKind.ofType(fileSystemType);
    this.steps = steps;
    this.leftovers = new LeftoverFiles(root, steps, context.clock(), context.entropy());
    this.directories = new LocalDirectories(root, leftovers.directory(), steps);
    this.writes = new LocalPut(steps, kind, leftovers, pace);
  }

  /// Opens a directory that exists; writes nothing. The clock tells how old left-over files are,
  /// the entropy names new ones.
  ///
  /// @throws StoreUnavailableException if it cannot be read
  public static LocalBlobStore open(Path directory, InstantSource clock, Entropy entropy)
      throws IOException {
    return open(directory, new StoreContext(clock, entropy, Map.of()));
  }

  /// As the other, at the pace that is allowed.
  static LocalBlobStore open(Path directory, StoreContext context) throws IOException {
    try {
      Path real = directory.toRealPath();
      var store = new LocalBlobStore(real, FileSystemKind.typeOf(real), FileSteps.REAL, context);
      store.directories.requireRoot();
      return store;
    } catch (IOException e) {
      throw LocalFailures.unavailable("open", directory, e);
    }
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    int bytes = data.remaining();
    requireBlobSize(key, bytes);
    Path target = root.resolve(key.value());
    directories.requireRoot();
    try {
      directories.ensure(LocalDirectories.parentOf(target));
      if (!directories.leadTo(target)) {
        throw new NoSuchFileException(target.toString());
      }
      return writes.put(target, data);
    } catch (NoSuchFileException e) {
      directories.forget();
      throw LocalFailures.unavailable("write", target, e);
    } catch (IOException e) {
      throw LocalFailures.unwritten("write", target, root, bytes, e);
    }
  }

  private static void requireBlobSize(BlobKey key, int bytes) throws IOException {
    if (bytes > BLOB_BYTES_MAX) {
      throw new IOException(
          "blob " + key + " has " + bytes + " bytes, the limit is " + BLOB_BYTES_MAX);
    }
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    long size = requireSize(key);
    if (size > bytesMax) {
      throw new IOException(
          "blob " + key + " has " + size + " bytes, expected at most " + bytesMax);
    }
    return read(key, 0, (int) size);
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    BlobRange.check(key, requireSize(key), offset, length);
    return read(key, offset, length);
  }

  private byte[] read(BlobKey key, long offset, int length) throws IOException {
    Path path = root.resolve(key.value());
    try {
      return LocalPut.read(path, offset, length, pace);
    } catch (NoSuchFileException _) {
      throw absent(key);
    } catch (IOException e) {
      throw LocalFailures.unavailable("read", path, e);
    }
  }

  private long requireSize(BlobKey key) throws IOException {
    Optional<BlobStat> stat = stat(key);
    if (stat.isEmpty()) {
      throw absent(key);
    }
    return stat.get().bytes();
  }

  /// The failure for a missing blob, unless the whole directory is missing.
  private NoSuchBlobException absent(BlobKey key) throws IOException {
    directories.requireRoot();
    return new NoSuchBlobException("no blob " + key + " in " + root);
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    Path path = root.resolve(key.value());
    try {
      BasicFileAttributes attributes = find(path);
      if (attributes == null) {
        directories.requireRoot();
        return Optional.empty();
      }
      return Optional.of(new BlobStat(key, attributes.size()));
    } catch (IOException e) {
      throw LocalFailures.unavailable("look at", path, e);
    }
  }

  private @Nullable BasicFileAttributes find(Path path) throws IOException {
    if (!directories.leadTo(path)) {
      return null;
    }
    BasicFileAttributes attributes = LocalDirectories.attributes(path);
    return attributes != null && attributes.isRegularFile() ? attributes : null;
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    BlobKey.requirePrefix(prefix);
    directories.requireRoot();
    Path start = root.resolve(prefix);
    try {
      if (directories.leadTo(start.resolve("any"))) {
        new LocalListing(each).walk(start, prefix);
      }
    } catch (IOException e) {
      throw LocalFailures.unavailable("list", start, e);
    }
    directories.requireRoot();
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    BlobKey.requirePrefix(prefix);
    directories.requireRoot();
    Path start = root.resolve(prefix);
    try {
      if (directories.leadTo(start.resolve("any"))) {
        LocalListing.names(start, prefix, each);
      }
    } catch (IOException e) {
      throw LocalFailures.unavailable("list", start, e);
    }
    directories.requireRoot();
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    Path path = root.resolve(key.value());
    directories.requireRoot();
    try {
      if (directories.leadTo(path)) {
        if (find(path) != null) {
          deleteIfThere(path);
        }
        steps.syncDirectory(LocalDirectories.parentOf(path));
      }
    } catch (IOException e) {
      throw LocalFailures.unavailable("remove", path, e);
    }
  }

  private void deleteIfThere(Path path) throws IOException {
    try {
      steps.delete(path);
    } catch (NoSuchFileException _) {
      // somebody else removed it meanwhile
    }
  }

  /// Tries a link twice in the directory. Without write permission nothing is tried, and nothing is
  /// promised.
  @Override
  public StoreCapabilities capabilities() throws IOException {
    directories.requireRoot();
    String remark = kind.remark().isEmpty() ? "" : fileSystemType + " " + kind.remark();
    if (!Files.isWritable(root)) {
      return new StoreCapabilities(Support.NO, Support.NO, Support.NO, root + " is not writable");
    }
    try {
      Support refuses = writes.linksRefuseTakenNames() ? Support.YES : Support.NO;
      Support durable = kind == FileSystemKind.VOLATILE ? Support.NO : Support.YES;
      return new StoreCapabilities(refuses, durable, Support.NO, remark);
    } catch (IOException e) {
      throw LocalFailures.unwritten("write", leftovers.directory(), root, 0, e);
    }
  }

  @Override
  public String describe() {
    return "directory " + root;
  }

  @Override
  public void close() {}
}
