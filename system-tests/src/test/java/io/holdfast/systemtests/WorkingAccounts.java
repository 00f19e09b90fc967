package io.holdfast.systemtests;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/// Sessions that use accounts of the example application all the time, and what holds of an account
/// at every moment for whoever sees a single one: it has the matters and the journal that its own
/// row counts, each matter the sessions and minutes that it says, each session the segments that
/// its title says and each of these a redaction, and each signature is the one whose digest its
/// document has.
final class WorkingAccounts {
  private static final Duration PAUSE = Duration.ofMillis(120);

  /// Each finds what must not be; nothing is how it should be.
  private static final String[] BROKEN = {
    "SELECT 'journal of ' || u.id FROM users u WHERE (settings->>'done')::int <>"
        + " (SELECT count(*) FROM audit_logs WHERE user_id = u.id AND action = 'writer.done')",
    "SELECT 'matters of ' || u.id FROM users u WHERE (settings->>'open')::int <>"
        + " (SELECT count(*) FROM matters WHERE user_id = u.id AND title LIKE 'writer %')",
    "SELECT 'sessions of matter ' || id FROM matters m WHERE title LIKE 'writer %' AND"
        + " (metadata->>'sessions')::int <> (SELECT count(*) FROM sessions WHERE matter_id = m.id)",
    "SELECT 'minutes of matter ' || id FROM matters m WHERE title LIKE 'writer %' AND"
        + " (metadata->>'minutes')::int <> (SELECT coalesce(sum(minutes), 0)"
        + " FROM billable_time WHERE matter_id = m.id)",
    "SELECT 'segments of session ' || s.id FROM sessions s JOIN matters m ON m.id = s.matter_id"
        + " WHERE m.title LIKE 'writer %' AND s.title::int <>"
        + " (SELECT count(*) FROM transcript_segments WHERE session_id = s.id)",
    "SELECT 'redactions of session ' || s.id FROM sessions s JOIN matters m ON m.id = s.matter_id"
        + " WHERE m.title LIKE 'writer %' AND s.title::int <> (SELECT count(*) FROM redactions r"
        + " JOIN transcript_segments t ON t.id = r.segment_id WHERE t.session_id = s.id)",
    "SELECT 'signature of ' || name FROM documents WHERE name LIKE 'writer %' AND CASE WHEN EXISTS"
        + " (SELECT FROM pg_largeobject_metadata WHERE oid = signature_oid)"
        + " THEN sha256(lo_get(signature_oid)) IS DISTINCT FROM sha256 ELSE true END"
  };

  private final Cluster cluster;
  private final List<UUID> accounts;

  /// @param accounts that are used; each writer uses one of them
  WorkingAccounts(Cluster cluster, List<UUID> accounts) {
    this.cluster = cluster;
    this.accounts = List.copyOf(accounts);
  }

  void prepare(int writers) throws SQLException {
    cluster.execute("UPDATE users SET settings = settings || '{\"done\": 0, \"open\": 0}'");
    for (int writer = 0; writer < writers; writer++) {
      cluster.execute(
          "INSERT INTO documents (user_id, kind, name, sha256, signature_oid)"
              + " VALUES ('%s', 'folder', 'writer %d', sha256('x'), lo_from_bytea(0, 'x'))"
                  .formatted(account(writer), writer));
    }
  }

  private UUID account(int writer) {
    return accounts.get(writer % accounts.size());
  }

  /// Lets sessions work until `meanwhile` ends.
  void workDuring(long seed, int writers, Ledger.Scenario meanwhile) throws Exception {
    new Writers(cluster, writers, PAUSE).workDuring(seed, this::transact, meanwhile);
  }

  /// The account's own row first: writers of one account wait for each other there.
  private void transact(Statement statement, int writer, SplittableRandom random)
      throws SQLException {
    UUID account = account(writer);
    statement.execute(counted("done", 1) + " WHERE id = '" + account + "'");
    statement.execute(
        "INSERT INTO audit_logs (user_id, action, subject_type) VALUES ('%s', 'writer.done', 'none')"
            .formatted(account));
    switch (random.nextInt(7)) {
      case 0 -> openMatter(statement, account, writer);
      case 1 -> closeMatter(statement, writer);
      case 2 -> addSession(statement, writer, 1 + random.nextInt(8));
      case 3 -> removeSession(statement, writer);
      case 4 -> moveSession(statement, writer);
      case 5 -> bill(statement, writer, 1 + random.nextInt(100));
      default -> sign(statement, writer, random);
    }
  }

  private static String counted(String what, int change) {
    return "UPDATE users SET settings = settings || jsonb_build_object('%1$s', (settings->>'%1$s')::int + %2$d)"
        .formatted(what, change);
  }

  private static String noted(String what, String change) {
    return "UPDATE matters SET metadata = metadata || jsonb_build_object('%1$s', (metadata->>'%1$s')::int + %2$s)"
        .formatted(what, change);
  }

  private static String anyMatter(int writer) {
    return "(SELECT id FROM matters WHERE title = 'writer "
        + writer
        + "' ORDER BY random() LIMIT 1)";
  }

  private static String anySession(int writer) {
    return "(SELECT s.id FROM sessions s JOIN matters m ON m.id = s.matter_id WHERE m.title = 'writer "
        + writer
        + "' ORDER BY random() LIMIT 1)";
  }

  private static void openMatter(Statement statement, UUID account, int writer)
      throws SQLException {
    statement.execute(
        "INSERT INTO matters (user_id, number, title, client_name, opened_on, metadata)"
            + " SELECT '%1$s', max(number) + 1, 'writer %2$d', 'x', '2026-01-01',"
                .formatted(account, writer)
            + " '{\"sessions\": 0, \"minutes\": 0}' FROM matters WHERE user_id = '%s'"
                .formatted(account));
    statement.execute(counted("open", 1) + " WHERE id = '" + account + "'");
  }

  /// All that belongs to the matter goes with it.
  private static void closeMatter(Statement statement, int writer) throws SQLException {
    statement.execute(
        "WITH gone AS (DELETE FROM matters WHERE id = "
            + anyMatter(writer)
            + " RETURNING user_id) "
            + counted("open", -1)
            + " FROM gone WHERE id = gone.user_id");
  }

  private static void addSession(Statement statement, int writer, int segments)
      throws SQLException {
    statement.execute(
        "WITH m AS (%s WHERE id = %s RETURNING id, user_id)"
                .formatted(noted("sessions", "1"), anyMatter(writer))
            + ", s AS (INSERT INTO sessions (user_id, matter_id, title, started_at)"
            + " SELECT user_id, id, '%d', now() FROM m RETURNING id)".formatted(segments)
            + ", p AS (INSERT INTO speakers (session_id, label) SELECT id, 'S1' FROM s"
            + " RETURNING id, session_id)"
            + ", t AS (INSERT INTO transcript_segments"
            + " (session_id, position, speaker_id, start_ms, end_ms, text)"
            + " SELECT session_id, n, id, n, n + 1, 'said ' || n FROM p, generate_series(1, %d) n"
                .formatted(segments)
            + " RETURNING id)"
            + " INSERT INTO redactions (segment_id, characters, reason)"
            + " SELECT id, '[0,1)', 'other' FROM t");
  }

  private static void removeSession(Statement statement, int writer) throws SQLException {
    statement.execute(
        "WITH gone AS (DELETE FROM sessions WHERE id = %s RETURNING matter_id) "
                .formatted(anySession(writer))
            + noted("sessions", "-1")
            + " FROM gone WHERE id = gone.matter_id");
  }

  /// From one matter to another, or to the same.
  private static void moveSession(Statement statement, int writer) throws SQLException {
    statement.execute(
        noted("sessions", "-1")
            + " WHERE id = (SELECT matter_id FROM sessions WHERE id = "
            + "(SELECT min(s.id::text)::uuid FROM sessions s JOIN matters m ON m.id = s.matter_id"
            + " WHERE m.title = 'writer %d'))".formatted(writer));
    statement.execute(
        "WITH moved AS (UPDATE sessions SET matter_id = "
            + anyMatter(writer)
            + " WHERE id = (SELECT min(s.id::text)::uuid FROM sessions s"
            + " JOIN matters m ON m.id = s.matter_id WHERE m.title = 'writer %d')".formatted(writer)
            + " RETURNING matter_id) "
            + noted("sessions", "1")
            + " FROM moved WHERE id = moved.matter_id");
  }

  private static void bill(Statement statement, int writer, int minutes) throws SQLException {
    statement.execute(
        "WITH m AS (%s WHERE id = %s RETURNING id, user_id)"
                .formatted(noted("minutes", Integer.toString(minutes)), anyMatter(writer))
            + " INSERT INTO billable_time (user_id, matter_id, member_id, worked_on, minutes,"
            + " hourly_rate, currency_code, narrative) SELECT user_id, id, (SELECT min(member_id::text)"
            + " FROM account_members a WHERE a.user_id = m.user_id)::uuid, '2026-01-01', %d, 100, 'EUR',"
                .formatted(minutes)
            + " 'writer' FROM m");
  }

  /// The same object with another content, or another object.
  private static void sign(Statement statement, int writer, SplittableRandom random)
      throws SQLException {
    String content = "convert_to('%016x', 'UTF8')".formatted(random.nextLong());
    String document = " WHERE name = 'writer " + writer + "'";
    if (random.nextInt(4) > 0) {
      statement.execute(
          "WITH d AS (UPDATE documents SET sha256 = sha256(%s)".formatted(content)
              + document
              + " RETURNING signature_oid) SELECT lo_put(signature_oid, 0, %s) FROM d"
                  .formatted(content));
    } else {
      statement.execute("SELECT lo_unlink(signature_oid) FROM documents" + document);
      statement.execute(
          "UPDATE documents SET sha256 = sha256(%1$s), signature_oid = lo_from_bytea(0, %1$s)"
                  .formatted(content)
              + document);
    }
  }

  /// How many transactions of all writers were committed.
  long done() throws SQLException {
    return Long.parseLong(cluster.sql("SELECT sum((settings->>'done')::bigint) FROM users"));
  }

  /// What is broken in a database; empty if all is well.
  static String broken(Cluster cluster, String database) throws SQLException {
    StringBuilder found = new StringBuilder();
    for (String query : BROKEN) {
      found.append(cluster.sqlIn(database, query));
    }
    return found.toString();
  }
}
