package io.holdfast.storage.sftp;

import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.Pace;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One put, step by step; [SftpBlobStore] says what a crash leaves.
final class SftpPut {
  /// `~` is in no blob key, so this directory can never be one.
  static final String TEMPORARY = "~tmp";

  private static final Logger log = LoggerFactory.getLogger(SftpPut.class);
  private static final int NAME_BYTES = 16;

  private final SftpPlace place;
  private final SftpDirectories directories;
  private final SftpLeftovers leftovers;
  private final SftpFailures failures;
  private final Entropy entropy;
  private final Pace pace;

  SftpPut(
      SftpPlace place,
      SftpDirectories directories,
      SftpLeftovers leftovers,
      SftpFailures failures,
      StoreContext context) {
    this.place = place;
    this.directories = directories;
    this.leftovers = leftovers;
    this.failures = failures;
    this.entropy = context.entropy();
    this.pace = context.pace();
  }

  PutResult put(Channel channel, BlobKey key, ByteBuffer data) throws IOException {
    String what = "put " + key;
    String target = place.pathOf(key);
    String parent = target.substring(0, target.lastIndexOf('/'));
    String temporary;
    int bytes = data.remaining();
    try {
      requireLinks(channel);
      directories.ensure(channel, parent);
      temporary = write(channel, data);
    } catch (IOException e) {
      if (e instanceof AnsweredException answer && answer.saysAbsent()) {
        directories.forget();
      }
      throw failures.unwritten(what, bytes, channel, e);
    }
    PutResult result;
    try {
      result = link(channel, temporary, target, what);
    } catch (IOException | RuntimeException e) {
      discard(channel, temporary, e);
      throw e;
    }
    syncNames(channel, parent, result, what);
    discard(channel, temporary, null);
    return result;
  }

  private static void requireLinks(Channel channel) throws StoreRefusedException {
    if (!channel.offers(Channel.LINK)) {
      throw new StoreRefusedException(
          ErrorCode.REPOSITORY_PLACE_UNUSABLE,
          "the server cannot make hard links (no extension " + Channel.LINK + ")",
          "Use a server that can, such as OpenSSH: without them it cannot refuse to overwrite.",
          null);
    }
  }

  /// Writes a file in `~tmp` and makes it durable, if the server can.
  private String write(Channel channel, ByteBuffer data) throws IOException {
    String directory = place.directory() + "/" + TEMPORARY;
    directories.ensure(channel, directory);
    String path = directory + "/" + HexFormat.of().formatHex(entropy.bytes(NAME_BYTES));
    Channel.Handle handle = channel.create(path);
    try {
      new Transfer(channel, handle, pace).write(data);
      if (channel.offers(Channel.SYNC)) {
        channel.sync(handle);
      }
      leftovers.sweepOnce(channel, directory, handle);
    } catch (IOException | RuntimeException e) {
      channel.closeAfter(handle, e);
      discard(channel, path, e);
      throw e;
    }
    try {
      channel.close(handle);
    } catch (IOException e) {
      discard(channel, path, e);
      throw e;
    }
    return path;
  }

  private PutResult link(Channel channel, String temporary, String target, String what)
      throws IOException {
    try {
      channel.link(temporary, target);
      return PutResult.STORED;
    } catch (AnsweredException e) {
      return present(channel, target, what, e);
    } catch (IOException e) {
      throw failures.unknown(what, e);
    }
  }

  /// The link was refused: because the name is taken, or for another reason, which version 3 does
  /// not tell apart.
  private PutResult present(Channel channel, String target, String what, AnsweredException refusal)
      throws IOException {
    Optional<Attributes> found;
    try {
      found = channel.attributes(target);
    } catch (IOException e) {
      refusal.addSuppressed(e);
      throw failures.failed(what, refusal);
    }
    if (found.isEmpty()) {
      if (refusal.saysAbsent()) {
        directories.forget();
      }
      throw failures.unwritten(what, 1, channel, refusal);
    }
    SftpDirectories.requireNoLink(target, found.get());
    if (!found.get().isFile()) {
      throw new StoreUnavailableException(target + " is no file; it is in the way of a blob");
    }
    return PutResult.ALREADY_PRESENT;
  }

  private void syncNames(Channel channel, String directory, PutResult result, String what)
      throws IOException {
    try {
      directories.syncNames(channel, directory);
    } catch (IOException e) {
      throw result == PutResult.STORED ? failures.unknown(what, e) : failures.failed(what, e);
    }
  }

  private static void discard(Channel channel, String temporary, @Nullable Exception failure) {
    if (!channel.isUsable()) {
      return; // swept some day
    }
    try {
      channel.remove(temporary);
    } catch (IOException e) {
      if (failure != null) {
        failure.addSuppressed(e);
      } else if (!(e instanceof AnsweredException answer && answer.saysAbsent())) {
        log.warn("cannot remove {}; it will be swept later", temporary, e);
      }
    }
  }

  /// Whether the server makes hard links and refuses a name that is taken.
  boolean linksRefuseTakenNames(Channel channel) throws IOException {
    String file = write(channel, ByteBuffer.allocate(1));
    String name = file + "-probe";
    try {
      channel.link(file, name);
      try {
        channel.link(file, name);
        return false;
      } catch (AnsweredException _) {
        return channel.attributes(name).filter(Attributes::isFile).isPresent();
      } finally {
        discard(channel, name, null);
      }
    } finally {
      discard(channel, file, null);
    }
  }
}
