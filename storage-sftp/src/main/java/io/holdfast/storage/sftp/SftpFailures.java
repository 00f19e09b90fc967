package io.holdfast.storage.sftp;

import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.io.InterruptedIOException;

/// Turns what the server and MINA say into the kinds of failure of `BlobStore`.
final class SftpFailures {
  private static final int CAUSES_MAX = 20;

  private final SftpPlace place;

  /// A blob that is longer than the caller takes; nothing was read.
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(String message) {
      super(message);
    }
  }

  SftpFailures(SftpPlace place) {
    this.place = place;
  }

  /// A request that failed. For a put: one that certainly stored nothing.
  ///
  /// @param what verb and name, such as "get log/s/0"
  IOException failed(String what, IOException e) {
    return switch (e) {
      case StoreUnavailableException _,
          StoreRefusedException _,
          StoreFullException _,
          WriteOutcomeUnknownException _,
          NoSuchBlobException _,
          TruncatedBlobException _,
          TooLongException _,
          InterruptedIOException _ ->
          e;
      case AnsweredException answer -> answered(what, answer);
      default -> {
        if (Thread.currentThread().isInterrupted()) {
          var interrupted = new InterruptedIOException(said(what, "interrupted"));
          interrupted.initCause(e);
          yield interrupted;
        }
        yield new StoreUnavailableException(said(what, reason(e)), e);
      }
    };
  }

  private IOException answered(String what, AnsweredException e) {
    if (e.saysFull()) {
      return new StoreFullException(said(what, reason(e)), e);
    }
    if (e.saysForbidden()) {
      return new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          said(what, "the server says: " + reason(e)),
          "Let user "
              + place.user()
              + " of that host do this in the directory; the guide's page on stores says what it"
              + " needs.",
          e);
    }
    if (e.saysUnsupported()) {
      return new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          said(what, "the server does not support it"),
          "Use a server that does: OpenSSH, for example.",
          e);
    }
    return new StoreUnavailableException(said(what, "the server says: " + reason(e)), e);
  }

  /// A failed write of `bytes`. Version 3 has no status for a full disk, so the server is asked.
  IOException unwritten(String what, long bytes, Channel channel, IOException e) {
    if (e instanceof AnsweredException answer
        && !answer.saysForbidden()
        && !answer.saysAbsent()
        && channel.isUsable()) {
      try {
        long free = channel.freeBytes(place.directory());
        if (free >= 0 && free < bytes) {
          return new StoreFullException(
              "no space for "
                  + new ByteSize(bytes)
                  + " in "
                  + place.describe()
                  + ", "
                  + new ByteSize(free)
                  + " free",
              e);
        }
      } catch (IOException second) {
        e.addSuppressed(second);
      }
    }
    return failed(what, e);
  }

  /// A put that may have been done.
  WriteOutcomeUnknownException unknown(String what, IOException e) {
    return new WriteOutcomeUnknownException(
        "nobody can say whether this was done: " + said(what, reason(e)), e);
  }

  private String said(String what, String why) {
    return "cannot " + what + " in " + place.describe() + ": " + why;
  }

  /// The innermost message that says something.
  static String reason(Throwable e) {
    String found = e.getClass().getSimpleName();
    Throwable at = e;
    for (int depth = 0; depth < CAUSES_MAX && at != null; depth++) {
      if (at.getMessage() != null && !at.getMessage().isBlank()) {
        found = at.getMessage();
      }
      at = at.getCause();
    }
    return found;
  }
}
