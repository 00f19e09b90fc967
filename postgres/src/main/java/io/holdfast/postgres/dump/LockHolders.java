package io.holdfast.postgres.dump;

import static java.util.stream.Collectors.joining;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.Map;

/// Who holds locks on tables that let nobody read.
final class LockHolders {
  private static final String HOLDERS =
      "SELECT l.relation::pg_catalog.regclass, l.pid, coalesce(a.application_name, ''),"
          + " coalesce(pg_catalog.to_char(a.query_start AT TIME ZONE 'UTC',"
          + " 'YYYY-MM-DD HH24:MI:SS'), '')"
          + " FROM pg_catalog.pg_locks l"
          + " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
          + " JOIN pg_catalog.pg_database d ON d.oid = l.database"
          + " JOIN pg_catalog.pg_class c ON c.oid = l.relation"
          + " WHERE d.datname = pg_catalog.current_database() AND l.locktype = 'relation'"
          + " AND l.mode = 'AccessExclusiveLock' AND l.granted AND c.relkind IN ('r', 'p')"
          + " AND l.pid <> pg_catalog.pg_backend_pid() ORDER BY a.query_start, l.pid LIMIT 3";

  private LockHolders() {}

  /// In words, with a blank before them; empty if nobody does any more, or nobody can tell.
  static String described(ConnectionUrl url, String applicationName, Cancellation cancellation) {
    try (DatabaseSession session =
        DatabaseSession.open(url, applicationName, Map.of("search_path", ""), cancellation)) {
      String holders =
          session.query(HOLDERS).stream()
              .map(
                  row ->
                      row.get(0)
                          + " by process "
                          + row.get(1)
                          + (row.get(2).isEmpty() ? "" : " (" + row.get(2) + ")")
                          + (row.get(3).isEmpty()
                              ? ""
                              : ", whose query began " + row.get(3) + " UTC"))
              .collect(joining("; "));
      return holders.isEmpty() ? "" : " Held are " + holders + ".";
    } catch (IOException | BackupException _) {
      return "";
    }
  }
}
