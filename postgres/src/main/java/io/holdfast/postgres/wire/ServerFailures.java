package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a server's refusal means and what to do about it.
public final class ServerFailures {
  private static final String CHECK_LOGIN =
      "Check user and password in the URL, and the line for this user in the server's pg_hba.conf.";

  private static final Pattern OWN_FILE =
      Pattern.compile("could not (open|read|stat|access|opendir|lstat)[a-z ]* \"");

  private ServerFailures() {}

  static BackupException onConnect(ConnectionUrl url, Host host, IOException e) {
    return switch (e) {
      case ServerErrorException error -> translate("connect to " + host, url.user(), error);
      case TlsRefusedException refused ->
          new BackupException(
              ErrorCode.AUTHENTICATION_REFUSED,
              "no TLS connection to " + host + ": " + text(e),
              switch (refused.reason()) {
                case NOT_OFFERED ->
                    "Switch on ssl in the server, or say sslmode=prefer in the URL.";
                case NOT_TRUSTED ->
                    "Check sslmode and sslrootcert in the URL, and the server's certificate and the names in it.";
              },
              e);
      default ->
          new BackupException(
              ErrorCode.SERVER_UNAVAILABLE,
              "cannot connect to " + host + ": " + text(e),
              "Check that the server runs and listens there, and that no firewall is in the way.",
              e);
    };
  }

  /// A connection that broke in the middle of work.
  static BackupException lost(String what, ConnectionUrl url, IOException e) {
    if (e instanceof WireViolationException) {
      return new BackupException(
          ErrorCode.PROTOCOL_VIOLATION,
          what + ": " + url + " sent " + text(e),
          "Try again; if it happens again, report it with the server's version.",
          e);
    }
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        what + ": the connection to " + url + " broke: " + text(e),
        "Check that the server runs (its log says why it ended the connection) and try again.",
        e);
  }

  /// Turns an answer of the server into an error with a hint.
  public static BackupException translate(String what, String user, ServerErrorException e) {
    String message = e.serverMessage().toLowerCase(Locale.ROOT);
    String full = what + ": " + e.getMessage();
    if (isFromPooler(message, e.sqlState())) {
      return new BackupException(
          ErrorCode.POOLER_URL,
          full,
          "This looks like a connection pooler, which replication cannot pass: put the server's own address into DIRECT_URL.",
          e);
    }
    return switch (e.sqlState()) {
      case "28000", "28P01" -> authentication(full, user, message, e);
      case "42501" -> privilege(full, user, message, e);
      case "42704", "42710", "55000", "55006", "58P01" -> slot(full, message, e);
      case "53300" ->
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              full,
              message.contains("wal_senders") || message.contains("standby connections")
                  ? "Raise max_wal_senders in the server by at least 2 (and wal_level to replica) and restart it."
                  : "Raise max_connections in the server, or the role's limit, or close connections.",
              e);
      case "53400" ->
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              full,
              "Raise max_replication_slots in the server, or drop a slot that nobody uses.",
              e);
      case "XX001" ->
          new BackupException(
              ErrorCode.PAGE_CHECKSUM,
              full,
              "The server found damaged data. Look at its log, and check the disk.",
              e);
      default -> other(full, message, e);
    };
  }

  private static boolean isFromPooler(String message, String sqlState) {
    boolean namesReplication =
        message.contains("replication")
            && (sqlState.equals("08P01") || sqlState.equals("0A000"))
            && message.contains("support");
    return namesReplication
        || message.contains("unsupported startup parameter")
        || Stream.of("pgbouncer", "rds proxy", "supavisor", "tenant or user not found", "pooler")
            .anyMatch(message::contains);
  }

  private static BackupException authentication(
      String full, String user, String message, ServerErrorException e) {
    boolean wantsTls = message.contains("no encryption") || message.contains("ssl off");
    String orTls = wantsTls ? " If the server wants TLS, say sslmode=require in the URL." : "";
    if (message.contains("pg_hba.conf") && message.contains("replication connection")) {
      return new BackupException(
          ErrorCode.PRIVILEGE_MISSING,
          full,
          "Add a line to pg_hba.conf such as: hostssl replication "
              + user
              + " ADDRESS scram-sha-256 (then reload)."
              + orTls,
          e);
    }
    if (wantsTls) {
      return new BackupException(ErrorCode.AUTHENTICATION_REFUSED, full, CHECK_LOGIN + orTls, e);
    }
    return new BackupException(ErrorCode.AUTHENTICATION_REFUSED, full, CHECK_LOGIN, e);
  }

  private static BackupException privilege(
      String full, String user, String message, ServerErrorException e) {
    // The server answers with the same state what its operating system refuses to it.
    if (OWN_FILE.matcher(message).find()) {
      return new BackupException(
          ErrorCode.SERVER_FILE_UNREADABLE,
          full,
          "The operating system refuses this file to the user that the server runs as: give it back on the server's host with chown and chmod (files 0600, directories 0700).",
          e);
    }
    boolean replication = message.contains("replication") || message.contains("wal sender");
    String role = '"' + user.replace("\"", "\"\"") + '"';
    return new BackupException(
        ErrorCode.PRIVILEGE_MISSING,
        full,
        replication
            ? "ALTER ROLE " + role + " REPLICATION;"
            : "Give the role what it needs, for example: GRANT pg_read_all_settings TO "
                + role
                + ";",
        e);
  }

  private static BackupException slot(String full, String message, ServerErrorException e) {
    if (message.contains("is active for pid") || message.contains("already exists")) {
      return new BackupException(
          ErrorCode.SLOT_IN_USE,
          full,
          "Somebody else uses the slot, perhaps another 'holdfast wal stream'; stop it, or choose another with --slot.",
          e);
    }
    if (message.contains("cannot use a logical replication slot")) {
      return new BackupException(
          ErrorCode.SLOT_IN_USE, full, "Choose another slot with --slot.", e);
    }
    if (message.contains("replication slot") && message.contains("does not exist")) {
      return new BackupException(
          ErrorCode.SLOT_LOST,
          full,
          "Start 'holdfast wal stream', which makes the slot, and take a new backup.",
          e);
    }
    if (message.contains("can no longer")
        || message.contains("invalidated")
        || message.contains("been lost")
        || message.contains("cannot read from replication slot")
        || message.contains("has already been removed")) {
      return new BackupException(
          ErrorCode.SLOT_LOST,
          full,
          "The server has removed WAL that was needed. Drop the slot (SELECT pg_drop_replication_slot)"
              + " and take a new backup: it starts a new recovery window.",
          e);
    }
    String settings = message + " " + e.serverHint().toLowerCase(Locale.ROOT);
    if (Stream.of("wal_level", "wal level", "max_wal_senders", "replication slots can only be used")
        .anyMatch(settings::contains)) {
      return new BackupException(
          ErrorCode.SERVER_SETTING_UNSUITABLE,
          full,
          "Set wal_level = replica, max_wal_senders and max_replication_slots to at least 4 in the server and restart it.",
          e);
    }
    return other(full, message, e);
  }

  private static BackupException other(String full, String message, ServerErrorException e) {
    if (message.contains("not in this server's history")) {
      return new BackupException(
          ErrorCode.DIFFERENT_CLUSTER,
          full,
          "The server's WAL branched off before this position: it was restored or promoted from another branch. Take a new backup.",
          e);
    }
    if (message.contains("has already been removed")) {
      return new BackupException(
          ErrorCode.SLOT_LOST, full, "Take a new backup: it starts a new recovery window.", e);
    }
    boolean goingDown = e.sqlState().startsWith("57P") || e.sqlState().startsWith("08");
    String advice = e.serverHint().isEmpty() ? "See the server's log." : e.serverHint();
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        full,
        goingDown ? "The server is starting or stopping; try again." : advice,
        e);
  }

  private static String text(IOException e) {
    if (e instanceof UnknownHostException) {
      return "the name is not known";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
