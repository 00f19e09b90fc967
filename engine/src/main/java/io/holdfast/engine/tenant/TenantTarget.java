package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.DatabaseIdentity;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.RestoreSettings;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.postgres.wire.ServerFailures;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.check.CheckReport;
import io.holdfast.tenant.check.ScopeCheck;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Triggers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The database that a tenant is restored into: one session in one transaction that sees one moment
/// of it. Closing it without [#commit] leaves nothing of what was done. *Confined.*
final class TenantTarget implements AutoCloseable {
  static final String APPLICATION = "holdfast tenant";
  private static final int TRANSACTION_TIMEOUT_SINCE = 17;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

  private final ConnectionUrl url;
  private final DatabaseSession session;
  private final Catalog catalog;
  private final Optional<String> identity;

  /// What is going to be done.
  enum Use {
    READ,
    /// Rows that are missing come; those that are there stay as they are.
    ADD,
    CHANGE
  }

  private TenantTarget(
      ConnectionUrl url, DatabaseSession session, Catalog catalog, Optional<String> identity) {
    this.url = url;
    this.session = session;
    this.catalog = catalog;
    this.identity = identity;
  }

  /// Begins. Nobody changes the definitions of the tables from here on; but for reading, nobody
  /// else restores this tenant, and nobody changes the root's row.
  static TenantTarget open(
      ConnectionUrl url, ScopeMap map, String id, Use use, Duration lockWait, Cancellation stop)
      throws IOException {
    DatabaseSession session = DatabaseSession.open(url, APPLICATION, settings(lockWait), stop);
    try {
      if (session.major() >= TRANSACTION_TIMEOUT_SINCE) {
        session.query("SET transaction_timeout = 0");
      }
      if (use != Use.READ) {
        lockTenant(session, map, id);
      }
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE");
      lockTables(session, map, use);
      if (use != Use.READ) {
        session.query(
            "SELECT FROM "
                + map.root().table().sql()
                + " t WHERE t."
                + Identifiers.quoted(map.root().key())
                + " = "
                + ScopeId.of(id).sql()
                + rootLock(use, map.triggers()));
      }
      try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
        Catalog catalog = CatalogReader.read(sql);
        requireFit(map, catalog, sql);
        return new TenantTarget(url, session, catalog, DatabaseIdentity.of(sql));
      }
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /// New rows may point to the root meanwhile if no row goes or changes. Where triggers rest, the
  /// server does not look at what points to the rows that are written, so they wait.
  private static String rootLock(Use use, Triggers triggers) {
    return use == Use.ADD && triggers == Triggers.FIRE ? " FOR NO KEY UPDATE" : " FOR UPDATE";
  }

  /// As backups are read, so that values have the same form; and what is committed is there to
  /// stay.
  static Map<String, String> settings(Duration lockWait) {
    Map<String, String> settings = new TreeMap<>(RestoreSettings.forRows());
    settings.put("TimeZone", "UTC");
    settings.put("extra_float_digits", "3");
    settings.put("bytea_output", "hex");
    settings.put("synchronous_commit", "on");
    settings.put("lock_timeout", Long.toString(lockWait.toMillis()));
    settings.put("jit", "off");
    return settings;
  }

  /// Held as long as the session is.
  static void lockTenant(DatabaseSession session, ScopeMap map, String id) throws IOException {
    String name = "holdfast restore " + map.name() + "." + id;
    String taken =
        session.value(
            "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended("
                + ScopeId.of(name).sql()
                + ", 0))");
    if (!taken.equals("t")) {
      throw new BackupException(
          ErrorCode.TIMED_OUT,
          "somebody else restores " + map.name() + " " + id + " now",
          "Wait until that restore ends, then look at a new preview.");
    }
  }

  static void lockTables(DatabaseSession session, ScopeMap map, Use use) throws IOException {
    String tables =
        map.owned().keySet().stream().map(QualifiedName::sql).collect(Collectors.joining(", "));
    String mode =
        switch (use) {
          case READ -> "ACCESS SHARE";
          case ADD, CHANGE -> "ROW EXCLUSIVE";
        };
    session.query("LOCK TABLE " + tables + " IN " + mode + " MODE");
  }

  static void requireFit(ScopeMap map, Catalog catalog, SqlConnection sql) {
    CheckReport report = ScopeCheck.check(map, catalog, sql);
    if (!report.isFit()) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_UNSUITABLE,
          "the scope map does not fit the database: " + report.describe().getFirst().strip(),
          "Give the map of today with --scope FILE; 'holdfast scope check FILE' lists everything.");
    }
  }

  DatabaseSession session() {
    return session;
  }

  Catalog catalog() {
    return catalog;
  }

  Optional<String> identity() {
    return identity;
  }

  ConnectionUrl url() {
    return url;
  }

  /// The number of this transaction.
  String transaction() throws IOException {
    return session.value("SELECT pg_catalog.pg_current_xact_id()");
  }

  /// Whether a transaction of this database is done, as far as we see. One that nobody says
  /// anything about, or that is too old for the server to know, is taken for done.
  boolean isCommitted(@Nullable String transaction) throws IOException {
    if (identity.isEmpty() || transaction == null || !NUMBER.matcher(transaction).matches()) {
      return true;
    }
    String status =
        session.value(
            "SELECT CASE WHEN x.id >= pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"
                + " THEN 'not yet' ELSE coalesce(pg_catalog.pg_xact_status(x.id), 'committed') END"
                + " FROM (SELECT '"
                + transaction
                + "'::pg_catalog.xid8 AS id) x");
    return status.equals("committed");
  }

  /// @throws BackupException `WRITE_OUTCOME_UNKNOWN` if the server does not answer
  void commit(String safety) throws IOException {
    try {
      session.query("COMMIT");
    } catch (BackupException e) {
      throw new BackupException(
          ErrorCode.WRITE_OUTCOME_UNKNOWN,
          "the connection broke when the restore was to be committed: " + e.text(),
          "A new preview shows whether it was. If so, 'holdfast tenant undo "
              + safety
              + "' takes it back.",
          e);
    }
  }

  /// What the server's refusal means for a restore.
  static BackupException translate(String what, String user, ServerErrorException e) {
    if (e.sqlState().startsWith("23")) {
      return new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          "the restored rows would break a rule of the database: " + e.getMessage(),
          "Nothing was changed. If a new preview shows the row as blocked, somebody was faster; else"
              + " leave its table out with --skip, or change what is in its way.",
          e);
    }
    if (e.sqlState().equals("22P02")) {
      return new BackupException(
          ErrorCode.BAD_ARGUMENT,
          what + ": " + e.getMessage(),
          "Give the id as the backup has it; 'holdfast list' shows it.",
          e);
    }
    return switch (e.sqlState()) {
      case "40001", "40P01" ->
          new BackupException(
              ErrorCode.PLAN_CHANGED,
              "rows of the tenant were changed while they were to be restored: " + e.getMessage(),
              "Nothing was changed. Look at a new preview when the tenant's users rest.",
              e);
      case "55P03" ->
          new BackupException(
              ErrorCode.TIMED_OUT,
              "somebody holds what the restore has to lock: " + e.getMessage(),
              "Nothing was changed. Try again when that work has ended (pg_stat_activity, pg_locks).",
              e);
      case "53200" ->
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              "the server cannot lock that much at once: " + e.getMessage(),
              "Nothing was changed. Each large object takes a lock: raise max_locks_per_transaction in"
                  + " the server and restart it, or leave their group out with --without.",
              e);
      case "42501" -> DumpFailures.translate(what, user, e);
      default -> ServerFailures.translate(what, user, e);
    };
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
