package io.holdfast.postgres.sql;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.postgres.wire.ServerFailures;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// What pgjdbc's exceptions mean, in the same words as for replication.
final class SqlFailures {
  /// A privilege, a function, a setting, a file, a table is missing, or the feature itself.
  private static final Set<String> NOT_FOR_US =
      Set.of("42501", "42883", "42704", "58P01", "42P01", "42703", "0A000", "22021");

  private SqlFailures() {}

  static BackupException translate(ConnectionUrl url, SQLException e) {
    String state = state(e);
    String message = url + ": " + firstLine(e.getMessage() == null ? "" : e.getMessage());
    if (e.getCause() instanceof UnknownHostException) {
      return new BackupException(
          ErrorCode.SERVER_UNAVAILABLE,
          url + ": no address is known for this host name",
          "Check the host in the URL, and whether this machine can resolve names.",
          e);
    }
    if (message.contains("does not support SSL")) {
      return new BackupException(
          ErrorCode.AUTHENTICATION_REFUSED,
          message,
          "Switch on ssl in the server, or say sslmode=prefer in the URL.",
          e);
    }
    if (e instanceof PSQLException failure && failure.getServerErrorMessage() != null) {
      if (state.equals("3D000")) {
        return new BackupException(
            ErrorCode.BAD_URL, message, "Name an existing database at the end of the URL.", e);
      }
      return answered(url, failure, failure.getServerErrorMessage());
    }
    if (state.equals("28000") || state.equals("28P01") || state.equals("08004")) {
      return new BackupException(
          ErrorCode.AUTHENTICATION_REFUSED,
          message,
          "Check user and password in the URL, and the line for this user in the server's pg_hba.conf.",
          e);
    }
    BackupException own = ownCause(e);
    if (own != null) {
      return own;
    }
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        message,
        "Check that the server runs and that the URL is right.",
        e);
  }

  /// Our TLS set-up fails inside the driver.
  private static @Nullable BackupException ownCause(SQLException e) {
    Throwable cause = e.getCause();
    for (int depth = 0; cause != null && depth < 10; depth++) {
      if (cause instanceof BackupException own) {
        return own;
      }
      if (cause instanceof javax.net.ssl.SSLException) {
        return new BackupException(
            ErrorCode.AUTHENTICATION_REFUSED,
            "no TLS connection: " + cause.getMessage(),
            "Check sslmode and sslrootcert in the URL, and the server's certificate and the names in it.",
            e);
      }
      cause = cause.getCause();
    }
    return null;
  }

  private static BackupException answered(
      ConnectionUrl url, PSQLException e, ServerErrorMessage said) {
    ServerErrorException error =
        new ServerErrorException(
            state(e), text(said.getMessage()), text(said.getDetail()), text(said.getHint()));
    error.initCause(e);
    return ServerFailures.translate(url.toString(), url.user(), error);
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  /// Whether the server answers, but not this question, or not to this role.
  static boolean isNotForUs(SQLException e) {
    return NOT_FOR_US.contains(state(e));
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse(text);
  }
}
