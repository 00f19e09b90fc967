package io.holdfast.postgres.dump;

import static java.util.stream.Collectors.joining;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The database that a dump is put into. *Confined.*
public final class TargetDatabase implements AutoCloseable {
  private static final String USERS_RELATIONS =
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname !~ '^pg_(toast|temp)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
          + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
          + " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
          + " AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2";

  private static final String GRANTED_TO_OTHERS =
      "SELECT n.nspname, c.relname, c.relkind, pg_catalog.string_agg(DISTINCT CASE a.grantee"
          + " WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END, ', ')"
          + " FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a"
          + " LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee"
          + " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND a.grantee <> c.relowner"
          + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
          + " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
          + " AND d.objid = c.oid AND d.deptype = 'e')"
          + " GROUP BY n.nspname, c.relname, c.relkind";

  private static final int SHOWN_MAX = 3;

  private final DatabaseSession session;

  private TargetDatabase(DatabaseSession session) {
    this.session = session;
  }

  public static TargetDatabase open(
      ConnectionUrl url, String applicationName, Cancellation cancellation) throws IOException {
    return new TargetDatabase(
        DatabaseSession.open(url, applicationName, RestoreSettings.forRows(), cancellation));
  }

  public DatabaseSession session() {
    return session;
  }

  public boolean isSuperuser() throws IOException {
    return session.value("SHOW is_superuser").equals("on");
  }

  /// Tables, views and sequences that are there, but for those of extensions.
  public List<SqlName> relations() throws IOException {
    return session.query(USERS_RELATIONS).stream()
        .map(row -> new SqlName(row.get(0), row.get(1)))
        .toList();
  }

  /// @param there what must not be there
  /// @throws BackupException `TARGET_NOT_EMPTY` that names some of it, unless that is empty
  public void refuse(List<SqlName> there, String hint) {
    if (!there.isEmpty()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_EMPTY,
          "the database "
              + session.url().database()
              + " has "
              + there.stream().limit(SHOWN_MAX).map(SqlName::toString).collect(joining(", "))
              + (there.size() > SHOWN_MAX ? ", … (" + there.size() + " in all)" : "")
              + " already",
          hint);
    }
  }

  /// Takes back what default privileges of the target gave to others than the owners of tables,
  /// views and sequences that were just made: who may use them is what the dump says.
  public void withdrawDefaultPrivileges(Predicate<SqlName> made) throws IOException {
    for (List<String> row : session.query(GRANTED_TO_OTHERS)) {
      SqlName name = new SqlName(row.get(0), row.get(1));
      if (made.test(name)) {
        String kind = row.get(2).equals("S") ? "SEQUENCE " : "TABLE ";
        run(
            "privileges of " + name,
            "REVOKE ALL ON " + kind + name.quoted() + " FROM " + row.get(3));
      }
    }
  }

  /// Runs a command.
  ///
  /// @param what in a few words, for errors
  public void run(String what, String sql) throws IOException {
    try {
      session.query(sql);
    } catch (ServerErrorException e) {
      throw DumpFailures.translate(what, session.url().user(), e);
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

  @Override
  public void close() throws IOException {
    session.close();
  }
}
