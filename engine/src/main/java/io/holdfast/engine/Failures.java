package io.holdfast.engine;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/// The one place where failed I/O becomes an error that a person can act on.
public final class Failures {
  private Failures() {}

  /// Work that does I/O.
  @FunctionalInterface
  public interface Work<T> {
    T run() throws IOException;
  }

  /// Work that does I/O and returns nothing.
  @FunctionalInterface
  public interface Action {
    void run() throws IOException;
  }

  /// Runs `work`; `what` says in a few words what was tried (`open repository /srv/x`).
  public static <T> T translate(String what, Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw toBackupException(what, e);
    }
  }

  /// As [#translate], for work without a result.
  public static void run(String what, Action action) {
    translate(
        what,
        () -> {
          action.run();
          return true;
        });
  }

  /// The understood form of a failed read or write.
  public static BackupException toBackupException(String what, IOException e) {
    String message = what + ": " + text(e);
    return switch (e) {
      case StoreFullException _ ->
          new BackupException(
              ErrorCode.NO_SPACE, message, "Free some space and run the command again.", e);
      case WriteOutcomeUnknownException _ ->
          new BackupException(
              ErrorCode.WRITE_OUTCOME_UNKNOWN,
              message,
              "Run the command again: it finds out what was written. Delete nothing by hand.",
              e);
      case StoreUnavailableException refused ->
          new BackupException(
              ErrorCode.STORE_UNAVAILABLE,
              message,
              refused.advice().isEmpty() ? "Check the store and try again." : refused.advice(),
              e);
      case StoreRefusedException refused ->
          new BackupException(refused.code(), message, refused.advice(), e);
      case BlobLockedException _ ->
          new BackupException(
              ErrorCode.STORE_UNAVAILABLE,
              message,
              "Wait until the lock ends: the store removes nothing before.",
              e);
      case NoSuchBlobException _, TruncatedBlobException _ ->
          new BackupException(
              ErrorCode.OBJECT_MISSING,
              message,
              "Run 'holdfast verify --all' to see which backups are affected.",
              e);
      case InterruptedIOException _ ->
          new BackupException(ErrorCode.CANCELLED, what + ": interrupted", "", e);
      case IOException _ when isNoSpace(e) ->
          new BackupException(
              ErrorCode.NO_SPACE, message, "Free some space and run the command again.", e);
      case FileSystemException _ ->
          new BackupException(
              ErrorCode.FILE_ERROR, message, "Check the path and its permissions.", e);
      default ->
          new BackupException(
              ErrorCode.STORE_UNAVAILABLE, message, "Check the connection and try again.", e);
    };
  }

  private static boolean isNoSpace(IOException e) {
    String text = text(e).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("disk quota exceeded");
  }

  private static String text(IOException e) {
    return e instanceof FileSystemException f && f.getFile() != null
        ? f.getFile() + ": " + FileReason.of(e)
        : FileReason.of(e);
  }
}
