package io.holdfast.storage;

import io.holdfast.storage.BlobStore.PutResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One put into a directory, step by step; [LocalBlobStore] says what a crash leaves.
final class LocalPut {
  /// Larger heap buffers would make the JDK keep direct buffers of that size for each thread.
  private static final int SLICE_BYTES = 1 << 20;

  private static final Logger log = LoggerFactory.getLogger(LocalPut.class);

  private final FileSteps steps;
  private final FileSystemKind kind;
  private final LeftoverFiles leftovers;
  private final Pace pace;

  LocalPut(FileSteps steps, FileSystemKind kind, LeftoverFiles leftovers, Pace pace) {
    this.pace = pace;
    this.steps = steps;
    this.kind = kind;
    this.leftovers = leftovers;
  }

  /// Stores what remains of `data`; the parent directory is there.
  PutResult put(Path target, ByteBuffer data) throws IOException {
    Path temporary = leftovers.newName();
    PutResult result;
    try {
      write(temporary, data.duplicate());
      result = link(temporary, target, data);
    } catch (IOException | RuntimeException e) {
      discard(temporary, e);
      throw e;
    }
    discard(temporary, null);
    syncNames(target, result);
    return result;
  }

  private void write(Path temporary, ByteBuffer data) throws IOException {
    try (FileSteps.NewFile file = steps.createFile(temporary)) {
      while (data.hasRemaining()) {
        int length = Math.min(SLICE_BYTES, data.remaining());
        for (int sent = 0; sent < length; sent += Pace.SLICE_BYTES_MAX) {
          pace.send(Math.min(Pace.SLICE_BYTES_MAX, length - sent));
        }
        file.write(data.slice(data.position(), length));
        data.position(data.position() + length);
      }
      file.sync();
    }
  }

  private PutResult link(Path temporary, Path target, ByteBuffer data) throws IOException {
    try {
      steps.link(temporary, target);
      return PutResult.STORED;
    } catch (FileAlreadyExistsException _) {
      return present(temporary, target, data);
    } catch (IOException e) {
      if (isLinked(temporary, target, e)) {
        return PutResult.STORED;
      }
      throw e;
    }
  }

  /// Something has that name. Over a network it may be what we put: the answer to the first request
  /// got lost and a second one was sent below us.
  private PutResult present(Path temporary, Path target, ByteBuffer data) throws IOException {
    BasicFileAttributes attributes = LocalDirectories.attributes(target);
    if (attributes != null && !attributes.isRegularFile()) {
      throw new StoreUnavailableException(target + " is no file; it is in the way of a blob");
    }
    if (kind == FileSystemKind.NETWORK && attributes != null) {
      boolean ours =
          Files.isSameFile(temporary, target)
              || (attributes.size() == data.remaining()
                  && ByteBuffer.wrap(read(target, 0, data.remaining(), pace)).equals(data));
      return ours ? PutResult.STORED : PutResult.ALREADY_PRESENT;
    }
    return PutResult.ALREADY_PRESENT;
  }

  /// Whether a link that was reported as failed was made all the same.
  private boolean isLinked(Path temporary, Path target, IOException failure)
      throws WriteOutcomeUnknownException {
    try {
      if (Files.isSameFile(temporary, target)) {
        return true;
      }
    } catch (NoSuchFileException _) {
      if (kind != FileSystemKind.NETWORK) {
        return false;
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    throw new WriteOutcomeUnknownException("nobody can say whether " + target + " exists", failure);
  }

  private void discard(Path temporary, @Nullable Exception failure) {
    try {
      steps.delete(temporary);
    } catch (NoSuchFileException _) {
      // it was never made
    } catch (IOException e) {
      if (failure == null) {
        log.warn("cannot remove {}; it will be swept later", temporary, e);
      } else {
        failure.addSuppressed(e);
      }
    }
  }

  private void syncNames(Path target, PutResult result) throws IOException {
    try {
      steps.syncDirectory(LocalDirectories.parentOf(target));
    } catch (IOException e) {
      if (result == PutResult.ALREADY_PRESENT) {
        throw e;
      }
      throw new WriteOutcomeUnknownException(
          target + " was written, but nobody can say whether it survives a loss of power", e);
    }
  }

  /// Whether this file system has hard links and refuses a name that is taken.
  boolean linksRefuseTakenNames() throws IOException {
    Path file = leftovers.newName();
    Path name = leftovers.newName();
    write(file, ByteBuffer.allocate(1));
    try {
      steps.link(file, name);
      try {
        steps.link(file, name);
        return false;
      } catch (FileAlreadyExistsException _) {
        return true;
      } finally {
        discard(name, null);
      }
    } finally {
      discard(file, null);
    }
  }

  static byte[] read(Path path, long offset, int length, Pace pace) throws IOException {
    byte[] result = new byte[length];
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      int done = 0;
      while (done < length) {
        var slice = ByteBuffer.wrap(result, done, Math.min(SLICE_BYTES, length - done));
        int count = channel.read(slice, offset + done);
        if (count < 0) {
          throw new TruncatedBlobException(
              path + " ends at " + (offset + done) + ", wanted " + length + " bytes at " + offset);
        }
        for (int received = 0; received < count; received += Pace.SLICE_BYTES_MAX) {
          pace.receive(Math.min(Pace.SLICE_BYTES_MAX, count - received));
        }
        done += count;
      }
    }
    return result;
  }
}
