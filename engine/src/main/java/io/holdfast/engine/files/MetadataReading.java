package io.holdfast.engine.files;

import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.PathText;
import io.holdfast.files.posix.Accounts;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.walk.Found;
import io.holdfast.repository.tree.FileEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reads what is kept of entries without content of their own: everything but regular files, and
/// further names of anything. *Confined.*
final class MetadataReading {
  private final Accounts accounts = new Accounts();
  private final Problems problems;

  MetadataReading(Problems problems) {
    this.problems = problems;
  }

  /// @param now not later than when the walk saw the entry
  FileEntry read(Found found, String hardLink, Instant now) throws IOException {
    FileStatus status = found.status();
    byte[] name = found.name().toBytes();
    Set<Mark> marks = EnumSet.noneOf(Mark.class);
    if (FileReading.isRacy(status, now)) {
      marks.add(Mark.RACY);
    }
    String linkTarget = status.isSymlink() ? PathText.of(found.in().linkTarget(name)) : "";
    try (Handle looked = found.in().open(name, Handle.Use.LOOK)) {
      FileFacts facts =
          new FileFacts(
              marks,
              status.isRegular() ? status.size() : 0,
              status.modified().nanos(),
              status.changed(),
              status.inode(),
              status.uid(),
              status.gid(),
              status.rdevMajor(),
              status.rdevMinor(),
              hardLink,
              List.of(),
              FileReading.attributes(found.path(), looked, problems));
      return Entries.of(found.path(), status, 0, linkTarget, owners(status), facts);
    }
  }

  Entries.Owners owners(FileStatus status) {
    return new Entries.Owners(accounts.user(status.uid()), accounts.group(status.gid()));
  }
}
