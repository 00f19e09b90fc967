package io.holdfast.storage.sftp;

import io.holdfast.base.BackupException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.Pace;
import io.holdfast.storage.ReadBuffers;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/// Blobs as files of a directory on a server; the key is the path. Directories have mode 0700,
/// files 0600.
///
/// A put writes a file in `~tmp`, syncs it, links it to its final name (which fails if the name is
/// taken, unlike a rename), syncs the directory and removes the name in `~tmp`. After a crash at
/// any of these steps, of us or of the server, the blob is absent or whole.
///
/// A put whose link was sent and not answered has an unknown outcome, as has one whose name could
/// not be synced. All other failures of a put mean that nothing was stored. Requests are sent once.
///
/// Links that a listing or a put meets are refused. Names that are no keys are not listed.
public final class SftpBlobStore implements BlobStore {
  private final SftpPlace place;
  private final Channels channels;
  private final SftpFailures failures;
  private final SftpDirectories directories;
  private final SftpPut puts;
  private final Pace pace;
  private final ReadBuffers buffers = new ReadBuffers();
  private final SftpListing listing;

  SftpBlobStore(SftpPlace place, Channels channels, StoreContext context) {
    this.place = place;
    this.channels = channels;
    this.failures = new SftpFailures(place);
    this.directories =
        new SftpDirectories(place.directory(), place.directory() + "/" + SftpPut.TEMPORARY);
    this.puts = new SftpPut(place, directories, new SftpLeftovers(), failures, context);
    this.pace = context.pace();
    this.listing = new SftpListing(channels, place);
  }

  /// Reads the key file and the known hosts and connects to nothing.
  ///
  /// @throws BackupException `BAD_URL`
  static SftpBlobStore open(SftpPlace place, StoreContext context, SftpTimeouts timeouts) {
    JdkCryptography.require();
    var connector =
        new SshConnector(place, Identities.of(place, context), KnownHosts.read(place), timeouts);
    return new SftpBlobStore(place, new Channels(connector), context);
  }

  /// Makes the directory and what is missing above it.
  void makeDirectory() throws IOException {
    var _ =
        done(
            "make the directory",
            channel -> {
              directories.makeRoot(channel);
              return true;
            });
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    if (data.remaining() > BLOB_BYTES_MAX) {
      throw new IOException(
          "blob " + key + " has " + data.remaining() + " bytes, the limit is " + BLOB_BYTES_MAX);
    }
    return done("put " + key, channel -> puts.put(channel, key, data));
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    return read(
        key,
        (transfer, bytes) -> {
          if (bytes > bytesMax) {
            throw new SftpFailures.TooLongException(
                "blob " + key + " has " + bytes + " bytes, expected at most " + bytesMax);
          }
          return transfer.read(0, (int) bytes, buffers);
        });
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("bad range: " + length + " bytes at " + offset);
    }
    return read(
        key,
        (transfer, bytes) -> {
          if (offset > bytes || length > bytes - offset) {
            throw new TruncatedBlobException(
                "blob " + key + " has " + bytes + " bytes, wanted " + length + " at " + offset);
          }
          return transfer.read(offset, length, buffers);
        });
  }

  @Override
  public void giveBack(byte[] array) {
    buffers.giveBack(array);
  }

  private byte[] read(BlobKey key, Reader reader) throws IOException {
    return done("get " + key, channel -> read(channel, key, reader));
  }

  private byte[] read(Channel channel, BlobKey key, Reader reader) throws IOException {
    Channel.Handle handle;
    try {
      handle = channel.open(place.pathOf(key));
    } catch (AnsweredException e) {
      if (e.saysAbsent()) {
        throw absent(channel, key);
      }
      throw e;
    }
    byte[] result;
    try {
      directories.remember(channel);
      Attributes attributes = channel.attributes(handle);
      if (!attributes.isFile()) {
        throw absent(channel, key);
      }
      result = reader.read(new Transfer(channel, handle, pace), attributes.bytes());
    } catch (IOException | RuntimeException e) {
      channel.closeAfter(handle, e);
      throw e;
    }
    channel.close(handle);
    return result;
  }

  /// The failure for a missing blob, unless the whole directory is missing.
  private NoSuchBlobException absent(Channel channel, BlobKey key) throws IOException {
    var _ = directories.isThere(channel);
    return new NoSuchBlobException("no blob " + key + " in " + place.describe());
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    return done(
        "look at " + key,
        channel -> {
          Optional<Attributes> found = find(channel, key);
          if (found.isEmpty()) {
            var _ = directories.isThere(channel);
          } else {
            directories.remember(channel);
          }
          return found.map(attributes -> new BlobStat(key, attributes.bytes()));
        });
  }

  private Optional<Attributes> find(Channel channel, BlobKey key) throws IOException {
    Optional<Attributes> found = channel.attributes(place.pathOf(key));
    if (found.isPresent()) {
      SftpDirectories.requireNoLink(place.pathOf(key), found.get());
    }
    return found.filter(Attributes::isFile);
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    BlobKey.requirePrefix(prefix);
    whileThere("list '" + prefix + "'", () -> listing.list(prefix, each));
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    BlobKey.requirePrefix(prefix);
    whileThere("list '" + prefix + "'", () -> listing.names(prefix, each));
  }

  private void whileThere(String what, Listing work) throws IOException {
    if (done(what, directories::isThere)) {
      try {
        work.run();
      } catch (IOException e) {
        throw failures.failed(what, e);
      }
      var _ = done(what, directories::isThere);
    }
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    var _ =
        done(
            "remove " + key,
            channel -> {
              if (!directories.isThere(channel)) {
                return false;
              }
              if (find(channel, key).isPresent()) {
                remove(channel, place.pathOf(key));
              }
              syncParent(channel, place.pathOf(key));
              return true;
            });
  }

  private static void remove(Channel channel, String path) throws IOException {
    try {
      channel.remove(path);
    } catch (AnsweredException e) {
      if (!e.saysAbsent()) {
        throw e;
      }
    }
  }

  /// Also where nothing was removed: an earlier try may have been cut off before this step.
  private void syncParent(Channel channel, String path) throws IOException {
    try {
      directories.syncNames(channel, path.substring(0, path.lastIndexOf('/')));
    } catch (AnsweredException e) {
      if (!e.saysAbsent()) {
        throw e;
      }
    }
  }

  /// Tries a link twice in the directory, and whether directories can be synced.
  @Override
  public StoreCapabilities capabilities() throws IOException {
    try {
      return done("try", this::probe);
    } catch (StoreRefusedException e) {
      return new StoreCapabilities(
          Support.NO, Support.NO, Support.NO, String.valueOf(e.getMessage()));
    }
  }

  private StoreCapabilities probe(Channel channel) throws IOException {
    if (!channel.offers(Channel.LINK)) {
      return new StoreCapabilities(
          Support.NO,
          Support.NO,
          Support.NO,
          "the server cannot make hard links (no extension " + Channel.LINK + ")");
    }
    Support refuses = puts.linksRefuseTakenNames(channel) ? Support.YES : Support.NO;
    boolean syncsNames = directories.canSyncNames(channel);
    String remark =
        !channel.offers(Channel.SYNC)
            ? "the server cannot sync files (no extension "
                + Channel.SYNC
                + "): what it has just taken may be lost when it loses power"
            : syncsNames
                ? ""
                : "the server syncs files but not directories: what it has just taken may be lost"
                    + " when it loses power";
    return new StoreCapabilities(refuses, syncsNames ? Support.YES : Support.NO, refuses, remark);
  }

  @Override
  public String describe() {
    return place.describe();
  }

  @Override
  public void close() {
    channels.close();
  }

  private <T> T done(String what, Channels.Work<T> work) throws IOException {
    try {
      return channels.with(work);
    } catch (IOException e) {
      throw failures.failed(what, e);
    }
  }

  private interface Reader {
    byte[] read(Transfer transfer, long bytes) throws IOException;
  }

  private interface Listing {
    void run() throws IOException;
  }
}
