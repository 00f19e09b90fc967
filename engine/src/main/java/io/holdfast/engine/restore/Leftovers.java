package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.Failures;
import io.holdfast.engine.Failures.Work;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What a restore leaves that did not get to its end: it removes nothing by itself, and the next
/// one fills empty directories only, so a person has to be told all of them.
final class Leftovers {
  private Leftovers() {}

  /// Runs a restore into `directories`; an interruption names those that are there then, any other
  /// failure those that are not empty.
  static <T> T named(List<Path> directories, Work<T> restore) throws IOException {
    try {
      return restore.run();
    } catch (BackupException e) {
      throw e.code().kind() == ErrorKind.INTERRUPTED
          ? interrupted(directories, e)
          : failed(directories, e);
    } catch (InterruptedIOException e) {
      throw interrupted(directories, e);
    } catch (IOException e) {
      if (directories.isEmpty()) {
        throw e;
      }
      throw failed(
          directories, Failures.toBackupException("restore to " + directories.getFirst(), e));
    }
  }

  private static BackupException failed(List<Path> directories, BackupException e) {
    List<Path> left = directories.stream().filter(Leftovers::holdsSomething).toList();
    if (left.isEmpty()) {
      return e;
    }
    return new BackupException(
        e.code(),
        e.text(),
        (e.hint() + " What the restore left in " + names(left) + " is no whole cluster: remove it")
                .strip()
            + " before the next try.",
        e);
  }

  private static boolean holdsSomething(Path directory) {
    String[] names = directory.toFile().list();
    return names != null && names.length > 0;
  }

  private static String names(List<Path> directories) {
    return directories.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  private static BackupException interrupted(List<Path> directories, Exception e) {
    List<Path> left = directories.stream().filter(Files::exists).toList();
    if (left.isEmpty()) {
      return new BackupException(ErrorCode.CANCELLED, "the restore was interrupted", "", e);
    }
    return new BackupException(
        ErrorCode.CANCELLED,
        "the restore was interrupted; what it left in " + names(left) + " is no whole cluster",
        "Empty or remove "
            + (left.size() == 1 ? "this directory" : "each of these directories")
            + " before the next try.",
        e);
  }
}
