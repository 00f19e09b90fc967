package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.postgres.wire.ServerFailures;
import java.util.Locale;

/// What a server's refusal means while rows are read or written, and what to do about it.
public final class DumpFailures {
  private static final String PRIVILEGE = "42501";

  private DumpFailures() {}

  /// @param what was tried, in a few words
  public static BackupException translate(String what, String user, ServerErrorException e) {
    if (!e.sqlState().equals(PRIVILEGE)) {
      return ServerFailures.translate(what, user, e);
    }
    String message = e.serverMessage().toLowerCase(Locale.ROOT);
    String role = SqlName.quote(user);
    String hint;
    if (message.contains("row-level security")) {
      hint = "ALTER ROLE " + role + " BYPASSRLS; or use the role of a superuser.";
    } else if (message.contains("large object")) {
      hint = "Use the role of a superuser, or grant it what it needs ON LARGE OBJECT.";
    } else {
      hint = "Grant role " + role + " what it needs, or use the owner's role.";
    }
    return new BackupException(ErrorCode.PRIVILEGE_MISSING, what + ": " + e.getMessage(), hint, e);
  }
}
