package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// One moment of a database, kept for a dump.
///
/// All tables are locked (`ACCESS SHARE`) *before* the snapshot is taken, and listed again in it:
/// what a committed TRUNCATE, DROP or ALTER did is either seen as a whole, or the dump begins anew.
/// A snapshot that was taken before the locks would show a truncated table as an empty one.
/// *Confined*; other sessions join by [#join].
public final class DumpSnapshot implements AutoCloseable {
  private static final int TRIES = 10;
  private static final int TRANSACTION_TIMEOUT_SINCE = 17;
  private static final int LOCKED_AT_ONCE = 200;
  private static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

  /// Somebody removed or changed what we wanted to lock, or locked it in another order.
  private static final Set<String> CHANGED =
      Set.of("42P01", "3F000", "42809", "XX000", "40001", "40P01");

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String OUT_OF_MEMORY = "53200";

  private final DatabaseSession session;
  private final Duration lockWait;
  private final String id;
  private final DatabaseContents contents;

  private DumpSnapshot(
      DatabaseSession session, Duration lockWait, String id, DatabaseContents contents) {
    this.session = session;
    this.lockWait = lockWait;
    this.id = id;
    this.contents = contents;
  }

  /// Takes one of the whole database.
  ///
  /// @param lockWait how long to wait for others who change tables
  /// @throws BackupException that says what refuses and what to do
  public static DumpSnapshot take(
      ConnectionUrl url, String applicationName, Duration lockWait, Cancellation cancellation)
      throws IOException {
    return take(url, applicationName, lockWait, cancellation, _ -> true);
  }

  /// Takes one of some tables: the others are neither locked nor looked at.
  public static DumpSnapshot take(
      ConnectionUrl url,
      String applicationName,
      Duration lockWait,
      Cancellation cancellation,
      Predicate<SqlName> wanted)
      throws IOException {
    for (int tried = 1; ; tried++) {
      DatabaseSession session =
          DatabaseSession.open(url, applicationName, settings(lockWait), cancellation);
      try {
        return take(session, lockWait, wanted);
      } catch (ServerErrorException e) {
        session.close();
        if (e.sqlState().equals(LOCK_NOT_AVAILABLE)) {
          throw held(url, LockHolders.described(url, applicationName, cancellation), e);
        }
        if (!CHANGED.contains(e.sqlState()) || tried == TRIES) {
          throw translate(url, e);
        }
      } catch (ChangedMeanwhileException e) {
        session.close();
        if (tried == TRIES) {
          throw restless(url, e);
        }
      } catch (IOException | RuntimeException e) {
        session.close();
        throw e;
      }
      cancellation.throwIfRequested();
    }
  }

  private static final class ChangedMeanwhileException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /// All tables, views and sequences of a database as it is now, without locking any.
  public static List<DumpedRelation> relations(
      ConnectionUrl url, String applicationName, Cancellation cancellation) throws IOException {
    try (DatabaseSession session =
        DatabaseSession.open(url, applicationName, settings(Duration.ZERO), cancellation)) {
      return relations(session);
    } catch (ServerErrorException e) {
      throw translate(url, e);
    }
  }

  private static List<DumpedRelation> relations(DatabaseSession session) throws IOException {
    CatalogReader catalog = new CatalogReader(session, _ -> true);
    return catalog.described(catalog.relations());
  }

  /// All tables, views and sequences at this moment, also those that were not wanted.
  public List<DumpedRelation> relations() throws IOException {
    return relations(session);
  }

  /// Where some sequences stand.
  public List<SequenceState> sequences(List<SqlName> names) throws IOException {
    return new CatalogReader(session, _ -> true).sequences(names);
  }

  /// What makes values come out in the same form everywhere, always, and in the same order.
  private static Map<String, String> settings(Duration lockWait) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("search_path", "");
    settings.put("DateStyle", "ISO");
    settings.put("IntervalStyle", "postgres");
    settings.put("TimeZone", "UTC");
    settings.put("extra_float_digits", "3");
    settings.put("bytea_output", "hex");
    settings.put("row_security", "off");
    settings.put("synchronize_seqscans", "off");
    settings.put("statement_timeout", "0");
    settings.put("idle_in_transaction_session_timeout", "0");
    settings.put("lock_timeout", Long.toString(lockWait.toMillis()));
    return settings;
  }

  private static DumpSnapshot take(
      DatabaseSession session, Duration lockWait, Predicate<SqlName> wanted) throws IOException {
    CatalogReader catalog = new CatalogReader(session, wanted);
    neverEnd(session);
    List<CatalogReader.Relation> before = catalog.relations();
    catalog.requireReadable(before);
    session.query(BEGIN);
    lock(session, before);
    String id = session.value("SELECT pg_catalog.pg_export_snapshot()");
    if (!catalog.relations().equals(before)) {
      throw new ChangedMeanwhileException();
    }
    return new DumpSnapshot(session, lockWait, id, catalog.contents(before));
  }

  /// A limit that only newer servers have cannot be lifted when the session begins.
  private static void neverEnd(DatabaseSession session) throws IOException {
    if (session.major() >= TRANSACTION_TIMEOUT_SINCE) {
      session.query("SET transaction_timeout = 0");
    }
  }

  /// The first command that reads takes the snapshot; `LOCK` is none.
  private static void lock(DatabaseSession session, List<CatalogReader.Relation> relations)
      throws IOException {
    List<String> names =
        relations.stream()
            .filter(CatalogReader.Relation::isTable)
            .map(relation -> "ONLY " + relation.name().quoted())
            .toList();
    for (int from = 0; from < names.size(); from += LOCKED_AT_ONCE) {
      List<String> some = names.subList(from, Math.min(names.size(), from + LOCKED_AT_ONCE));
      session.query("LOCK TABLE " + String.join(", ", some) + " IN ACCESS SHARE MODE");
    }
  }

  private static BackupException held(ConnectionUrl url, String holders, ServerErrorException e) {
    return new BackupException(
        ErrorCode.TIMED_OUT,
        url
            + ": somebody holds a lock on a table that is to be dumped: "
            + e.getMessage()
            + (holders.isEmpty() ? "" : "." + holders),
        "Wait until that work ends (pg_stat_activity, pg_locks), or wait longer with --lock-wait.",
        e);
  }

  private static BackupException translate(ConnectionUrl url, ServerErrorException e) {
    return switch (e.sqlState()) {
      case LOCK_NOT_AVAILABLE -> held(url, "", e);
      case OUT_OF_MEMORY ->
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              url + ": the server cannot lock that many tables: " + e.getMessage(),
              "Raise max_locks_per_transaction in the server and restart it.",
              e);
      default -> DumpFailures.translate("dump of " + url, url.user(), e);
    };
  }

  private static BackupException restless(ConnectionUrl url, Exception e) {
    return new BackupException(
        ErrorCode.TIMED_OUT,
        url + ": tables were made, changed or dropped each of " + TRIES + " times a dump began",
        "Run the dump again when the schema rests.",
        e);
  }

  /// Requires that the locks were held up to now. Without them others may have emptied tables, and
  /// sessions that joined would not notice.
  ///
  /// @throws BackupException `SERVER_UNAVAILABLE` if the session is gone
  public void requireHeld() throws IOException {
    try {
      session.query("SELECT 1");
    } catch (ServerErrorException e) {
      throw gone(e.serverMessage(), e);
    } catch (BackupException e) {
      throw e.code() == ErrorCode.SERVER_UNAVAILABLE ? gone(e.text(), e) : e;
    }
  }

  private BackupException gone(String why, Exception e) {
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        session.url() + ": the session that held the locks of the dump was ended: " + why,
        "Somebody or something ends sessions that wait: see the server's log, limits of the role,"
            + " and what lies between. Then run it again.",
        e);
  }

  public String id() {
    return id;
  }

  public DatabaseContents contents() {
    return contents;
  }

  /// The session that took it, which holds all locks.
  public DatabaseSession session() {
    return session;
  }

  /// A further session that sees the same moment.
  public DumpReader join(ConnectionUrl url, String applicationName, Cancellation cancellation)
      throws IOException {
    DatabaseSession another =
        DatabaseSession.open(url, applicationName, settings(lockWait), cancellation);
    try {
      neverEnd(another);
      another.query(BEGIN + "; SET TRANSACTION SNAPSHOT " + SqlName.literal(id));
      return new DumpReader(another);
    } catch (ServerErrorException e) {
      another.close();
      throw translate(url, e);
    } catch (IOException | RuntimeException e) {
      another.close();
      throw e;
    }
  }

  /// Reads with the session that has all locks already.
  public DumpReader reader() {
    return new DumpReader(session);
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
