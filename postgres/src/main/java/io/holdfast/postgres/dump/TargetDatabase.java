package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.postgres.wire.ServerFailures;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The database that a dump is put into. *Confined.*
public final class TargetDatabase implements AutoCloseable {
  private static final String USERS_RELATIONS =
      "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname !~ '^pg_(toast|temp)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
          + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
          + " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
          + " AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LIMIT 4";

  private final DatabaseSession session;

  private TargetDatabase(DatabaseSession session) {
    this.session = session;
  }

  public static TargetDatabase open(
      ConnectionUrl url, String applicationName, Cancellation cancellation) throws IOException {
    return new TargetDatabase(
        DatabaseSession.open(url, applicationName, RestoreSettings.forRows(), cancellation));
  }

  /// Whether the server has a database of that name.
  public boolean hasDatabase(String name) throws IOException {
    return !session
        .query("SELECT FROM pg_catalog.pg_database WHERE datname = " + SqlName.literal(name))
        .isEmpty();
  }

  public int major() {
    return session.major();
  }

  public DatabaseSession session() {
    return session;
  }

  public boolean isSuperuser() throws IOException {
    return session.value("SHOW is_superuser").equals("on");
  }

  /// @throws BackupException `TARGET_NOT_EMPTY` that names some of what is there
  public void requireEmpty() throws IOException {
    List<String> there = session.query(USERS_RELATIONS).stream().map(List::getFirst).toList();
    if (!there.isEmpty()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_EMPTY,
          "the database "
              + session.url().database()
              + " is not empty: "
              + String.join(", ", there.subList(0, Math.min(3, there.size())))
              + (there.size() > 3 ? ", …" : ""),
          "Restore into an empty database; 'createdb -T template0 NAME' makes one.");
    }
  }

  /// Runs a command.
  ///
  /// @param what in a few words, for errors
  public void run(String what, String sql) throws IOException {
    try {
      session.query(sql);
    } catch (ServerErrorException e) {
      throw ServerFailures.translate(what, session.url().user(), e);
    }
  }

  /// Runs a command, and says why the server refused it.
  ///
  /// @return empty if it did not
  public Optional<ServerErrorException> tryRun(String sql) throws IOException {
    try {
      session.query(sql);
      return Optional.empty();
    } catch (ServerErrorException e) {
      return Optional.of(e);
    }
  }

  /// Names of roles that are not there.
  public List<String> missingRoles(Collection<String> wanted) throws IOException {
    Set<String> there =
        new HashSet<>(
            session.query("SELECT rolname FROM pg_catalog.pg_roles").stream()
                .map(List::getFirst)
                .toList());
    return wanted.stream().filter(role -> !there.contains(role)).distinct().sorted().toList();
  }

  @Override
  public void close() throws IOException {
    session.close();
  }

  /// The database for a connection that only asks the server.
  public static ConnectionUrl maintenance(ConnectionUrl url) {
    return url.withDatabase("postgres");
  }
}
