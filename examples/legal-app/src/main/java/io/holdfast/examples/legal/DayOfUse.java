package io.holdfast.examples.legal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// What one account does on one day. Which rows change follows from the seed, the day and the rows
/// that are there. *Confined* to the thread of its connection.
public final class DayOfUse {
  private static final int ACCOUNTS_AT_ONCE = 1_000;
  private static final Instant DAY_ZERO = Instant.parse("2026-06-01T09:00:00Z");

  /// How many rows statements named; those that a cascade took along are not counted.
  public record Changes(long inserted, long updated, long deleted) {
    private Changes plus(Changes other) {
      return new Changes(
          inserted + other.inserted, updated + other.updated, deleted + other.deleted);
    }
  }

  private final Connection connection;
  private final long seed;
  private final int day;

  DayOfUse(Connection connection, long seed, int day) {
    this.connection = connection;
    this.seed = seed;
    this.day = day;
  }

  /// All accounts, in the order of their ids.
  Changes ofAll() throws SQLException {
    Changes all = new Changes(0, 0, 0);
    List<UUID> accounts = accountsAfter(new UUID(0, 0));
    while (!accounts.isEmpty()) {
      for (UUID account : accounts) {
        all = all.plus(of(account));
      }
      accounts = accountsAfter(accounts.getLast());
    }
    return all;
  }

  private List<UUID> accountsAfter(UUID last) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ?")) {
      statement.setObject(1, last);
      statement.setInt(2, ACCOUNTS_AT_ONCE);
      List<UUID> accounts = new ArrayList<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          accounts.add(result.getObject(1, UUID.class));
        }
      }
      return accounts;
    }
  }

  /// One account.
  Changes of(UUID account) throws SQLException {
    Chance chance =
        Chance.of(
            seed, "use", day, account.getMostSignificantBits(), account.getLeastSignificantBits());
    OffsetDateTime now =
        DAY_ZERO
            .plus(Duration.ofDays(day))
            .plusSeconds(chance.below(3600))
            .atOffset(ZoneOffset.UTC);
    long inserted = insert(account, chance, now);
    // Not the same moment: the trigger would take it for an update that says nothing of its time.
    long updated = update(account, chance, now.plusMinutes(1));
    return new Changes(inserted, updated, delete(account, chance));
  }

  private long insert(UUID account, Chance chance, OffsetDateTime now) throws SQLException {
    UUID matter = chance.uuid();
    UUID session = chance.uuid();
    return matter(account, matter, chance, now)
        + session(account, matter, session, chance, now)
        + papers(account, matter, session, chance, now);
  }

  private long matter(UUID account, UUID matter, Chance chance, OffsetDateTime now)
      throws SQLException {
    long rows =
        run(
            """
            INSERT INTO matters
              (id, user_id, number, title, client_name, tags, opened_on, created_at, updated_at)
            SELECT ?, ?, coalesce(max(number), 0) + 1, ?, ?, ARRAY['day'], ?, ?, ?
            FROM matters WHERE user_id = ?""",
            matter,
            account,
            Words.title(chance),
            Words.company(chance),
            now.toLocalDate(),
            now,
            now,
            account);
    return rows
        + run(
            """
            INSERT INTO audit_logs (user_id, action, subject_type, subject_id, at)
            VALUES (?, 'matter.opened', 'matters', ?, ?)""",
            account,
            matter,
            now);
  }

  private long session(UUID account, UUID matter, UUID session, Chance chance, OffsetDateTime now)
      throws SQLException {
    long rows =
        run(
            """
            INSERT INTO sessions (id, user_id, matter_id, title, started_at, created_at)
            VALUES (?, ?, ?, ?, ?, ?)""",
            session,
            account,
            matter,
            Words.title(chance),
            now,
            now);
    rows +=
        run(
            "INSERT INTO speakers (session_id, label, name) VALUES (?, 'S1', ?), (?, 'S2', NULL)",
            session,
            Words.name(chance),
            session);
    return rows
        + run(
            """
            INSERT INTO transcript_segments
              (session_id, position, speaker_id, start_ms, end_ms, text)
            SELECT p.id, n, p.speaker, n * 4000, n * 4000 + 900, n || ' ' || ?
            FROM (SELECT session_id AS id, min(id) AS speaker FROM speakers
                  WHERE session_id = ? GROUP BY session_id) AS p, generate_series(0, 4) AS n
            ORDER BY n""",
            Words.sentence(chance, 20),
            session);
  }

  private long papers(UUID account, UUID matter, UUID session, Chance chance, OffsetDateTime now)
      throws SQLException {
    long rows =
        run(
            """
            INSERT INTO chat_messages (id, user_id, matter_id, session_id, author, body, created_at)
            VALUES (?, ?, ?, ?, 'user', ?, ?)""",
            chance.uuid(),
            account,
            matter,
            session,
            Words.sentence(chance, 20),
            now);
    rows +=
        run(
            """
            INSERT INTO documents
              (id, user_id, matter_id, kind, name, created_at, updated_at)
            VALUES (?, ?, ?, 'folder', ?, ?, ?)""",
            chance.uuid(),
            account,
            matter,
            Words.sentence(chance, 3),
            now,
            now);
    return rows
        + run(
            """
            INSERT INTO billable_time (user_id, matter_id, session_id, member_id, worked_on,
              minutes, hourly_rate, currency_code, narrative)
            SELECT ?, ?, ?, member_id, ?, ?, 240.50, 'EUR', ?
            FROM account_members WHERE user_id = ? ORDER BY member_id LIMIT 1""",
            account,
            matter,
            session,
            now.toLocalDate(),
            chance.between(6, 300),
            Words.sentence(chance, 8),
            account);
  }

  private long update(UUID account, Chance chance, OffsetDateTime now) throws SQLException {
    long rows =
        run(
            "UPDATE users SET settings = settings || jsonb_build_object('lastUse', ?), updated_at = ?"
                + " WHERE id = ?",
            day,
            now,
            account);
    rows +=
        run(
            """
            UPDATE matters SET title = ?, status = 'on_hold', closed_on = NULL, updated_at = ?
            WHERE id = (SELECT id FROM matters WHERE user_id = ?
                        ORDER BY md5(id::text || ?), id LIMIT 1)""",
            Words.title(chance),
            now,
            account,
            order(chance));
    return rows
        + run(
            """
            UPDATE transcript_segments SET text = ? WHERE id =
              (SELECT t.id FROM transcript_segments t JOIN sessions s ON s.id = t.session_id
               WHERE s.user_id = ? ORDER BY md5(t.id || ?), t.id LIMIT 1)""",
            Words.sentence(chance, 25),
            account,
            order(chance));
  }

  /// One message every day, one redaction where there are some, and every third day a session with
  /// everything in it, unless it is the last.
  private long delete(UUID account, Chance chance) throws SQLException {
    long rows =
        run(
            """
            DELETE FROM chat_messages WHERE id =
              (SELECT id FROM chat_messages WHERE user_id = ?
               ORDER BY md5(id::text || ?), id LIMIT 1)""",
            account,
            order(chance));
    rows +=
        run(
            """
            DELETE FROM redactions WHERE id =
              (SELECT r.id FROM redactions r JOIN transcript_segments t ON t.id = r.segment_id
               JOIN sessions s ON s.id = t.session_id
               WHERE s.user_id = ? ORDER BY md5(r.id || ?), r.id LIMIT 1)""",
            account,
            order(chance));
    if (day % 3 == 2) {
      rows +=
          run(
              """
              DELETE FROM sessions WHERE id =
                (SELECT id FROM sessions WHERE user_id = ?
                 ORDER BY md5(id::text || ?), id OFFSET 1 LIMIT 1)""",
              account,
              order(chance));
    }
    return rows;
  }

  /// What makes another order of the same rows.
  private static String order(Chance chance) {
    return Long.toHexString(chance.next());
  }

  private long run(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }
}
