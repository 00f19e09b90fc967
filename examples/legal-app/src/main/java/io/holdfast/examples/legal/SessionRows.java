package io.holdfast.examples.legal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Sessions and what belongs to them. Speakers and segments are numbered through all accounts in
/// the order in which they are written.
final class SessionRows {
  private SessionRows() {}

  static void write(Generation run) throws SQLException, IOException {
    run.fillBySession(
        "sessions",
        "id, user_id, matter_id, title, started_at, ended_at, audio_key, audio_bytes, audio_sha256,"
            + " created_at",
        (table, session) -> session(run, table, session));
    AtomicLong lastSpeaker = new AtomicLong();
    run.fillBySession(
        "speakers",
        "id, session_id, label, name",
        (table, session) -> speakers(table, session, lastSpeaker));
    AtomicLong lastSegment = new AtomicLong();
    AtomicLong speakersBefore = new AtomicLong();
    run.fillBySession(
        "transcript_segments",
        "id, session_id, position, speaker_id, start_ms, end_ms, text, confidence, words",
        (table, session) -> segments(table, session, lastSegment, speakersBefore));
    AtomicLong segmentsBefore = new AtomicLong();
    AtomicLong lastRedaction = new AtomicLong();
    run.fillBySession(
        "redactions",
        "id, segment_id, characters, reason, made_by, made_at",
        (table, session) -> redactions(table, session, segmentsBefore, lastRedaction));
    AtomicLong lastProof = new AtomicLong();
    run.fillBySession(
        "timestamp_proofs",
        "id, session_id, digest, authority, token, stamped_at",
        (table, session) -> proof(table, session, lastProof));
  }

  private static void session(Generation run, CopyTable table, Session session)
      throws SQLException, IOException {
    Account account = session.account();
    Chance chance = session.chance("session");
    Optional<String> key = session.audioKey();
    byte[] audio = key.isPresent() ? session.audio() : new byte[0];
    if (key.isPresent()) {
      run.assets().write(key.get(), audio);
    }
    table.row(
        session.id(),
        account.id(),
        account.isMatter(session.binder()) ? account.matterId(session.binder()) : null,
        Words.title(chance),
        session.started(),
        chance.onceIn(10)
            ? null
            : session.started().plus(Duration.ofMinutes(chance.between(5, 85))),
        key.orElse(null),
        key.isPresent() ? audio.length : null,
        key.isPresent() ? Generation.sha256(audio) : null,
        session.started());
  }

  private static void speakers(CopyTable table, Session session, AtomicLong last)
      throws SQLException {
    int speakers = session.speakers();
    Chance chance = session.chance("speaker");
    for (int i = 0; i < speakers; i++) {
      table.row(
          last.incrementAndGet(),
          session.id(),
          "S" + (i + 1),
          chance.onceIn(3) ? null : Words.name(chance));
    }
  }

  private static void segments(
      CopyTable table, Session session, AtomicLong last, AtomicLong speakersBefore)
      throws SQLException {
    int segments = session.segments();
    for (int position = 0; position < segments; position++) {
      Session.Segment segment = session.segment(position);
      Chance chance = session.segmentChance("recognition", position);
      table.row(
          last.incrementAndGet(),
          session.id(),
          position,
          chance.onceIn(15) ? null : speakersBefore.get() + 1 + segment.speaker(),
          segment.startMillis(),
          segment.endMillis(),
          segment.text(),
          (50 + chance.below(50)) / 100f,
          chance.onceIn(10) ? "[{\"w\": " + Words.json(segment.text()) + ", \"p\": 0.5}]" : null);
    }
    speakersBefore.addAndGet(session.speakers());
  }

  private static void redactions(
      CopyTable table, Session session, AtomicLong segmentsBefore, AtomicLong last)
      throws SQLException {
    int segments = session.segments();
    for (int position = 0; position < segments; position++) {
      if (session.isRedacted(position)) {
        Chance chance = session.segmentChance("redaction", position);
        String text = session.segment(position).text();
        int length = text.codePointCount(0, text.length());
        int from = chance.below(length);
        table.row(
            last.incrementAndGet(),
            segmentsBefore.get() + 1 + position,
            "[" + from + "," + chance.between(from + 1, length) + ")",
            chance.pick(List.of("privilege", "personal_data", "trade_secret", "other")),
            chance.onceIn(4) ? null : session.account().memberId(chance.below(3)),
            session.started().plus(Duration.ofHours(2)));
      }
    }
    segmentsBefore.addAndGet(segments);
  }

  private static void proof(CopyTable table, Session session, AtomicLong last) throws SQLException {
    if (session.audioKey().isPresent()) {
      Chance chance = session.chance("proof");
      table.row(
          last.incrementAndGet(),
          session.id(),
          Generation.sha256(session.audio()),
          "https://tsa.example/" + chance.below(3),
          chance.bytes(chance.between(40, 200)),
          session.started().plus(Duration.ofHours(3)));
    }
  }
}
