package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The databases of a server, seen from one that is none of those in question. *Confined.*
public final class ServerDatabases implements AutoCloseable {
  private static final List<String> CONNECTED_TO = List.of("postgres", "template1");
  private static final String IN_USE = "55006";
  private static final int SWAP_TRIES = 5;

  private final DatabaseSession session;

  private ServerDatabases(DatabaseSession session) {
    this.session = session;
  }

  /// Connects to a database that every server has, as a rule.
  ///
  /// @param not which is to be made, renamed or dropped
  /// @throws BackupException that says why none of them lets us in
  public static ServerDatabases open(ConnectionUrl url, String not, Cancellation cancellation)
      throws IOException {
    Set<String> names = new LinkedHashSet<>(CONNECTED_TO);
    names.add(url.database());
    names.remove(not);
    Optional<BackupException> refused = Optional.empty();
    for (String name : names) {
      try {
        return new ServerDatabases(
            DatabaseSession.open(
                url.withDatabase(name),
                TargetDatabase.APPLICATION,
                RestoreSettings.forRows(),
                cancellation));
      } catch (BackupException e) {
        refused = refused.isPresent() ? refused : Optional.of(e);
      }
    }
    throw refused.orElseThrow();
  }

  /// What would be put aside with a database.
  ///
  /// @param bytes that it takes on disk
  /// @param sessions of others that are in it
  /// @param bound replication slots and subscriptions, which stay with it
  public record Facts(long bytes, long sessions, List<String> bound) {
    public Facts {
      bound = List.copyOf(bound);
    }
  }

  /// Of the database that it is connected to.
  public ConnectionUrl url() {
    return session.url();
  }

  public boolean exists(String name) throws IOException {
    return session
        .value(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = "
                + SqlName.literal(name)
                + ")")
        .equals("t");
  }

  public Facts facts(String name) throws IOException {
    String literal = SqlName.literal(name);
    return new Facts(
        Long.parseLong(session.value("SELECT pg_catalog.pg_database_size(" + literal + ")")),
        Long.parseLong(
            session.value(
                "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = "
                    + literal
                    + " AND application_name <> "
                    + SqlName.literal(TargetDatabase.APPLICATION))),
        session
            .query(
                "SELECT 'replication slot ' || slot_name FROM pg_catalog.pg_replication_slots"
                    + " WHERE database = "
                    + literal
                    + " UNION ALL SELECT 'subscription ' || s.oid FROM pg_catalog.pg_subscription s"
                    + " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = "
                    + literal
                    + " ORDER BY 1")
            .stream()
            .map(List::getFirst)
            .toList());
  }

  /// @throws BackupException `PRIVILEGE_MISSING`
  public void requireMayCreate() throws IOException {
    boolean may =
        session
            .value(
                "SELECT rolsuper OR rolcreatedb FROM pg_catalog.pg_roles"
                    + " WHERE rolname = current_user")
            .equals("t");
    if (!may) {
      throw new BackupException(
          ErrorCode.PRIVILEGE_MISSING,
          "role " + session.url().user() + " may not create databases",
          "ALTER ROLE "
              + SqlName.quote(session.url().user())
              + " CREATEDB; or make an empty database, restore into that, and rename it.");
    }
  }

  /// Runs a command about a database.
  public void run(String what, String sql) throws IOException {
    try {
      session.query(sql);
    } catch (ServerErrorException e) {
      throw DumpFailures.translate(what, session.url().user(), e);
    }
  }

  /// Drops a database that this program made; sessions in it are ended.
  public void drop(String name) throws IOException {
    run("database " + name, "DROP DATABASE " + SqlName.quote(name) + " WITH (FORCE)");
  }

  /// Puts a database in the place of another: both get their new names in one transaction, so that
  /// the name always leads to one of them. Sessions in the old one are ended.
  ///
  /// @param keptAs the new name of the old one
  /// @throws BackupException `TARGET_UNSUITABLE` if the old one cannot be emptied of sessions
  public void swap(String name, String replacement, String keptAs) throws IOException {
    for (int tried = 1; ; tried++) {
      run(
          "sessions in " + name,
          "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
              + " WHERE datname = "
              + SqlName.literal(name));
      try {
        session.query("BEGIN");
        session.query(rename(name, keptAs));
        session.query(rename(replacement, name));
        session.query("COMMIT");
        return;
      } catch (ServerErrorException e) {
        session.query("ROLLBACK");
        if (!e.sqlState().equals(IN_USE)) {
          throw DumpFailures.translate("database " + name, session.url().user(), e);
        }
        if (tried == SWAP_TRIES) {
          throw new BackupException(
              ErrorCode.TARGET_UNSUITABLE,
              "others come back into "
                  + name
                  + " as often as their sessions are ended: "
                  + e.getMessage(),
              "Stop what connects to it, and end prepared transactions (pg_prepared_xacts).",
              e);
        }
      }
    }
  }

  private static String rename(String from, String to) {
    return "ALTER DATABASE " + SqlName.quote(from) + " RENAME TO " + SqlName.quote(to);
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
