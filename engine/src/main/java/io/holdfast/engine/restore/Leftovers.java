package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.Failures.Work;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What an interrupted restore leaves: it removes nothing by itself, and the next one fills empty
/// directories only, so a person has to be told all of them.
final class Leftovers {
  private Leftovers() {}

  /// Runs a restore into `directories`; an interruption names those that are there then.
  static <T> T named(List<Path> directories, Work<T> restore) throws IOException {
    try {
      return restore.run();
    } catch (BackupException e) {
      throw e.code().kind() == ErrorKind.INTERRUPTED ? interrupted(directories, e) : e;
    } catch (InterruptedIOException e) {
      throw interrupted(directories, e);
    }
  }

  private static BackupException interrupted(List<Path> directories, Exception e) {
    List<Path> left = directories.stream().filter(Files::exists).toList();
    if (left.isEmpty()) {
      return new BackupException(ErrorCode.CANCELLED, "the restore was interrupted", "", e);
    }
    String names = left.stream().map(Path::toString).collect(Collectors.joining(", "));
    return new BackupException(
        ErrorCode.CANCELLED,
        "the restore was interrupted; what it left in " + names + " is no whole cluster",
        "Empty or remove "
            + (left.size() == 1 ? "this directory" : "each of these directories")
            + " before the next try.",
        e);
  }
}
