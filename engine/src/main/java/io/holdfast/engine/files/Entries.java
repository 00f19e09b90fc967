package io.holdfast.engine.files;

import io.holdfast.files.FileFacts;
import io.holdfast.files.PathText;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import java.nio.charset.StandardCharsets;

/// Entries of trees from what the kernel says, and back.
final class Entries {
  private Entries() {}

  /// Names of the owners, empty where the system knows none.
  record Owners(String user, String group) {}

  static FileEntry of(
      String path,
      FileStatus status,
      long contentBytes,
      String linkTarget,
      Owners owners,
      FileFacts facts) {
    return new FileEntry(
        path,
        kind(status),
        contentBytes,
        status.mode(),
        status.modified().seconds(),
        linkTarget,
        bounded(owners.user()),
        bounded(owners.group()),
        Digest.NONE,
        Attributes.of(facts.encode()));
  }

  /// The facts that an entry of a backup of files has.
  static FileFacts facts(FileEntry entry) {
    try {
      return FileFacts.decode(entry.attributes().toBytes());
    } catch (IllegalArgumentException e) {
      throw CorruptRepositoryException.damaged(
          "the metadata of '" + entry.path() + "' is damaged: " + e.getMessage(), e);
    }
  }

  static FileKind kind(FileStatus status) {
    return switch (status.type()) {
      case FileStatus.REGULAR -> FileKind.FILE;
      case FileStatus.DIRECTORY -> FileKind.DIRECTORY;
      case FileStatus.SYMLINK -> FileKind.SYMLINK;
      default -> FileKind.SPECIAL;
    };
  }

  private static String bounded(String name) {
    String text = PathText.of(name.getBytes(StandardCharsets.UTF_8));
    return text.getBytes(StandardCharsets.UTF_8).length <= FileEntry.OWNER_BYTES_MAX ? text : "";
  }
}
