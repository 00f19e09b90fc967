package io.holdfast.storage.sftp;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directories of a store: made when needed and synced into their parents, as far as the server
/// can. *Lock-free*: two threads may make sure of one directory twice.
final class SftpDirectories {
  private static final Logger log = LoggerFactory.getLogger(SftpDirectories.class);

  private final String root;
  private final String marker;
  private final Set<String> durable = ConcurrentHashMap.newKeySet();
  private volatile Seen seen = Seen.NOTHING;
  private volatile NameSync nameSync = NameSync.NOT_TRIED;

  /// `marker` is a directory that exists in every store that was written to.
  SftpDirectories(String root, String marker) {
    this.root = root;
    this.marker = marker;
  }

  private enum Seen {
    NOTHING,
    ROOT,
    MARKER
  }

  /// Whether the server syncs directories, which OpenSSH does and no document asks for.
  private enum NameSync {
    NOT_TRIED,
    WORKS,
    REFUSED
  }

  /// Says whether the root is there, and requires that it is if it ever was. When a disk of the
  /// server is unmounted, an empty directory may stand in its place: nothing may be called absent
  /// because of that, and nothing may be written to it.
  boolean isThere(Channel channel) throws IOException {
    if (channel.attributes(marker).filter(Attributes::isDirectory).isPresent()) {
      seen = Seen.MARKER;
      return true;
    }
    Optional<Attributes> found = channel.followed(root);
    boolean there = found.filter(Attributes::isDirectory).isPresent();
    if (found.isPresent() && !there) {
      throw new StoreRefusedException(
          ErrorCode.REPOSITORY_PLACE_UNUSABLE,
          root + " is not a directory",
          "Choose another place.",
          null);
    }
    if (seen == Seen.MARKER || (seen == Seen.ROOT && !there)) {
      throw new StoreUnavailableException(
          "the directory "
              + root
              + (there ? " was replaced by another one" : " is not there any more")
              + " (unmounted?)");
    }
    if (there) {
      seen = Seen.ROOT;
    }
    return there;
  }

  /// Remembers what is there, once, when a blob was found: so that it is missed later.
  void remember(Channel channel) throws IOException {
    if (seen == Seen.NOTHING) {
      var _ = isThere(channel);
    }
  }

  /// Makes the root and what is missing above it.
  void makeRoot(Channel channel) throws IOException {
    for (int slash = root.indexOf('/', 1); slash >= 0; slash = root.indexOf('/', slash + 1)) {
      makeAbove(channel, root.substring(0, slash));
    }
    if (!root.equals(".")) {
      makeAbove(channel, root);
    }
    if (!isThere(channel)) {
      throw new StoreUnavailableException("the directory " + root + " was made and is not there");
    }
  }

  /// A link to a directory is good enough above the repository.
  private void makeAbove(Channel channel, String directory) throws IOException {
    if (channel.followed(directory).isPresent()) {
      return;
    }
    try {
      channel.makeDirectory(directory);
    } catch (AnsweredException e) {
      if (channel.followed(directory).isEmpty()) {
        throw new StoreRefusedException(
            ErrorCode.REPOSITORY_PLACE_UNUSABLE,
            "cannot make the directory " + directory + ": the server says: " + e.getMessage(),
            "Make it yourself and give it to the user that the URL names, or choose another place.",
            e);
      }
    }
    int slash = directory.lastIndexOf('/');
    try {
      syncNames(channel, slash < 0 ? "." : slash == 0 ? "/" : directory.substring(0, slash));
    } catch (AnsweredException e) {
      // Who may not read a parent cannot sync it; its owner made it that way.
      if (!e.saysForbidden()) {
        throw e;
      }
    }
  }

  /// Makes `directory`, below the root, and those above it, each durable in its parent.
  void ensure(Channel channel, String directory) throws IOException {
    if (durable.contains(directory)) {
      return;
    }
    if (directory.equals(root)) {
      if (!isThere(channel)) {
        throw new StoreRefusedException(
            ErrorCode.REPOSITORY_MISSING,
            "there is no directory " + root,
            "Check the path, or create a repository with 'holdfast init'.",
            null);
      }
      durable.add(directory);
      return;
    }
    String parent = directory.substring(0, directory.lastIndexOf('/'));
    ensure(channel, parent);
    if (!isDirectory(channel, directory)) {
      try {
        channel.makeDirectory(directory);
      } catch (AnsweredException e) {
        if (!isDirectory(channel, directory)) {
          throw e;
        }
      }
    }
    // Also where it was there: its maker may have died before this step.
    syncNames(channel, parent);
    durable.add(directory);
    if (directory.equals(marker)) {
      seen = Seen.MARKER;
    }
  }

  private static boolean isDirectory(Channel channel, String path) throws IOException {
    Optional<Attributes> attributes = channel.attributes(path);
    if (attributes.isEmpty()) {
      return false;
    }
    requireNoLink(path, attributes.get());
    if (!attributes.get().isDirectory()) {
      throw new StoreUnavailableException(path + " is in the way of a directory");
    }
    return true;
  }

  /// Forgets what was made sure of, after a directory turned out to be gone.
  void forget() {
    durable.clear();
  }

  /// Makes the names in a directory durable, if the server can. Finds out with the root whether it
  /// can; from then on a failure is one.
  void syncNames(Channel channel, String directory) throws IOException {
    if (canSyncNames(channel)) {
      sync(channel, directory);
    }
  }

  /// Whether the server makes names durable.
  boolean canSyncNames(Channel channel) throws IOException {
    if (nameSync == NameSync.NOT_TRIED) {
      nameSync = tried(channel);
    }
    return nameSync == NameSync.WORKS;
  }

  private NameSync tried(Channel channel) throws IOException {
    if (!channel.offers(Channel.SYNC)) {
      return NameSync.REFUSED;
    }
    String known = seen == Seen.NOTHING ? "." : root;
    try {
      sync(channel, known);
      return NameSync.WORKS;
    } catch (AnsweredException e) {
      log.info("the server does not sync directories", e);
      return NameSync.REFUSED;
    }
  }

  private static void sync(Channel channel, String directory) throws IOException {
    Channel.Handle handle = channel.open(directory);
    try {
      channel.sync(handle);
    } catch (IOException e) {
      channel.closeAfter(handle, e);
      throw e;
    }
    channel.close(handle);
  }

  /// A link could lead out of the repository, and two names could mean one file.
  static void requireNoLink(String path, Attributes attributes) throws StoreUnavailableException {
    if (attributes.isLink()) {
      throw StoreUnavailableException.advising(
          "Remove the link, or put what it leads to in its place: nothing in a repository is a link.",
          path + " is a symbolic link; links are not followed");
    }
  }
}
