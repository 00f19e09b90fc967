package io.holdfast.storage;

import io.holdfast.base.ByteSize;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Turns what a file system says into the kinds of failure of [BlobStore].
final class LocalFailures {
  private LocalFailures() {}

  /// A failed read or removal.
  static IOException unavailable(String action, Path path, IOException failure) {
    return switch (failure) {
      case StoreUnavailableException _,
          StoreFullException _,
          WriteOutcomeUnknownException _,
          NoSuchBlobException _,
          TruncatedBlobException _,
          InterruptedIOException _ ->
          failure;
      case ClosedByInterruptException e -> {
        var interrupted = new InterruptedIOException("interrupted: " + action + " " + path);
        interrupted.initCause(e);
        yield interrupted;
      }
      default ->
          new StoreUnavailableException(
              "cannot " + action + " " + path + ": " + reason(failure), failure);
    };
  }

  /// A failed write of `bytes` below `root`: a full disk has a kind of its own.
  static IOException unwritten(String action, Path path, Path root, long bytes, IOException e) {
    IOException translated = unavailable(action, path, e);
    if (!(translated instanceof StoreUnavailableException) || translated.equals(e)) {
      return translated;
    }
    long free = freeBytes(root);
    if (saysFull(e) || (free >= 0 && free < bytes)) {
      String left = free < 0 ? "" : ", " + new ByteSize(free) + " free";
      return new StoreFullException(
          "no space for " + new ByteSize(bytes) + " in " + root + left, e);
    }
    return translated;
  }

  /// Free bytes for us at `directory`, -1 where nobody knows.
  private static long freeBytes(Path directory) {
    try {
      return Math.max(0, Files.getFileStore(directory).getUsableSpace());
    } catch (IOException _) {
      return -1; // only makes the message poorer; the failure itself is reported
    }
  }

  /// The JDK has no type for ENOSPC and EDQUOT, only the text of the C library.
  private static boolean saysFull(IOException failure) {
    String text = reason(failure);
    return text.contains("No space left") || text.contains("quota exceeded");
  }

  static String reason(IOException failure) {
    return switch (failure) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or directory";
      case FileSystemException e when e.getReason() != null -> String.valueOf(e.getReason());
      default -> {
        String message = failure.getMessage();
        yield message == null ? failure.getClass().getSimpleName() : message;
      }
    };
  }
}
