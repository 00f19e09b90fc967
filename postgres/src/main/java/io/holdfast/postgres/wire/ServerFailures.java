package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import java.io.IOException;
import java.util.Locale;

/// What a server's refusal means and what to do about it.
public final class ServerFailures {
  private ServerFailures() {}

  static BackupException onConnect(ConnectionUrl url, Host host, IOException e) {
    if (e instanceof ServerErrorException error) {
      return translate("connect to " + host, url.user(), error);
    }
    if (e instanceof javax.net.ssl.SSLException || text(e).startsWith("TLS")) {
      return new BackupException(
          ErrorCode.AUTHENTICATION_REFUSED,
          "no trusted TLS connection to " + host + ": " + text(e),
          "Check sslmode and sslrootcert in the URL, and the server's certificate and its names.",
          e);
    }
    if (text(e).contains("does not offer TLS")) {
      return new BackupException(
          ErrorCode.AUTHENTICATION_REFUSED,
          host + ": " + text(e),
          "Switch on ssl in the server, or say sslmode=prefer in the URL.",
          e);
    }
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        "cannot connect to " + host + ": " + text(e),
        "Check that the server runs and listens there, and that no firewall is in the way.",
        e);
  }

  /// Turns an answer of the server into an error with a hint.
  public static BackupException translate(String what, String user, ServerErrorException e) {
    String message = e.serverMessage().toLowerCase(Locale.ROOT);
    String full = what + ": " + e.getMessage();
    return switch (e.sqlState()) {
      case "28000", "28P01" -> authentication(full, user, message, e);
      case "42501" ->
          new BackupException(
              ErrorCode.PRIVILEGE_MISSING,
              full,
              "Give the role what it needs: ALTER ROLE "
                  + user
                  + " REPLICATION; GRANT pg_read_all_settings TO "
                  + user
                  + ";",
              e);
      case "55006" ->
          new BackupException(
              ErrorCode.SLOT_IN_USE,
              full,
              "Another 'holdfast wal stream' uses the slot; stop it, or choose another with --slot.",
              e);
      case "55000" -> notNow(full, message, e);
      case "53300" ->
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              full,
              "Raise max_wal_senders (or max_connections) in the server by at least 2 and restart it.",
              e);
      case "53400" ->
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              full,
              "Raise max_replication_slots in the server, or drop a slot that nobody uses.",
              e);
      case "58P01" ->
          new BackupException(
              ErrorCode.SLOT_LOST,
              full,
              "The server has removed WAL that was needed. Take a new backup: it starts a new window.",
              e);
      case "08P01" -> pooler(full, e);
      default -> other(full, message, e);
    };
  }

  private static BackupException authentication(
      String full, String user, String message, ServerErrorException e) {
    if (message.contains("no pg_hba.conf entry") && message.contains("replication")) {
      return new BackupException(
          ErrorCode.PRIVILEGE_MISSING,
          full,
          "Add a line to pg_hba.conf such as: hostssl replication "
              + user
              + " ADDRESS scram-sha-256 (then reload).",
          e);
    }
    if (message.contains("replication role") || message.contains("must be superuser")) {
      return new BackupException(
          ErrorCode.PRIVILEGE_MISSING, full, "ALTER ROLE " + user + " REPLICATION;", e);
    }
    return new BackupException(
        ErrorCode.AUTHENTICATION_REFUSED,
        full,
        "Check user and password in the URL, and the line for this user in the server's pg_hba.conf.",
        e);
  }

  private static BackupException notNow(String full, String message, ServerErrorException e) {
    if (message.contains("wal_level") || message.contains("replication slots can only be used")) {
      return new BackupException(
          ErrorCode.SERVER_SETTING_UNSUITABLE,
          full,
          "Set wal_level = replica and max_replication_slots to at least 2 in the server and restart it.",
          e);
    }
    if (message.contains("max_wal_senders")) {
      return new BackupException(
          ErrorCode.SERVER_SETTING_UNSUITABLE,
          full,
          "Set max_wal_senders to at least 4 in the server and restart it.",
          e);
    }
    if (message.contains("can no longer")
        || message.contains("invalidated")
        || message.contains("been lost")) {
      return new BackupException(
          ErrorCode.SLOT_LOST,
          full,
          "The slot is invalid. Drop it (SELECT pg_drop_replication_slot) and take a new backup.",
          e);
    }
    return other(full, message, e);
  }

  private static BackupException other(String full, String message, ServerErrorException e) {
    if (message.contains("unsupported startup parameter") || message.contains("pgbouncer")) {
      return pooler(full, e);
    }
    if (message.contains("is active for pid")) {
      return new BackupException(
          ErrorCode.SLOT_IN_USE,
          full,
          "Stop the other stream, or choose another slot with --slot.",
          e);
    }
    if (message.contains("has already been removed")) {
      return new BackupException(
          ErrorCode.SLOT_LOST, full, "Take a new backup: it starts a new recovery window.", e);
    }
    boolean goingDown = e.sqlState().startsWith("57P") || e.sqlState().startsWith("08");
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        full,
        goingDown ? "The server is starting or stopping; try again." : "See the server's log.",
        e);
  }

  private static BackupException pooler(String full, ServerErrorException e) {
    return new BackupException(
        ErrorCode.POOLER_URL,
        full,
        "This looks like a connection pooler, which replication cannot pass: put the server's own address into DIRECT_URL.",
        e);
  }

  private static String text(IOException e) {
    if (e instanceof java.net.UnknownHostException) {
      return "the name is not known";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
