package io.holdfast.examples.legal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What an office writes down: hours, conflicts, exports, and who did what.
final class OfficeRows {
  private OfficeRows() {}

  static void write(Generation run) throws SQLException, IOException {
    AtomicLong lastTime = new AtomicLong();
    run.fill(
        "billable_time",
        "id, user_id, matter_id, session_id, member_id, worked_on, minutes, hourly_rate,"
            + " currency_code, narrative",
        (table, account) -> {
          for (int binder = 0; binder < account.matters(); binder++) {
            times(table, account, binder, lastTime);
          }
        });
    run.fill(
        "conflict_checks",
        "id, user_id, matter_id, parties, hits, cleared, checked_by, checked_at",
        OfficeRows::conflicts);
    run.fill(
        "export_jobs",
        "id, user_id, format, options, status, error, created_at, finished_at",
        OfficeRows::exports);
    AtomicLong lastLog = new AtomicLong();
    run.fill(
        "audit_logs",
        "id, user_id, actor_id, action, subject_type, subject_id, details, address, at",
        (table, account) -> logs(table, account, lastLog));
  }

  private static void times(CopyTable table, Account account, int binder, AtomicLong last)
      throws SQLException {
    Chance chance = account.chance("billable_time", binder);
    int sessions = account.sessions(binder);
    for (int i = 0; i <= sessions; i++) {
      table.row(
          last.incrementAndGet(),
          account.id(),
          account.matterId(binder),
          i == sessions ? null : new Session(account, binder, i).id(),
          account.memberId(chance.below(3)),
          AccountRows.day(account.opened(binder)),
          chance.between(6, 480),
          chance.between(80, 900) + "." + chance.between(10, 99),
          GlobalRows.anyCurrency(chance),
          Words.sentence(chance, 10));
    }
  }

  private static void conflicts(CopyTable table, Account account) throws SQLException {
    for (int binder = 0; binder < account.binders(); binder++) {
      Chance chance = account.chance("conflict_checks", binder);
      UUID id = chance.uuid();
      List<String> parties = List.of(Words.company(chance), Words.name(chance));
      boolean hit = chance.onceIn(5);
      table.row(
          id,
          account.id(),
          account.isMatter(binder) ? account.matterId(binder) : null,
          parties,
          hit ? "[{\"party\": " + Words.json(parties.getFirst()) + ", \"score\": 0.91}]" : "[]",
          chance.onceIn(6) ? null : !hit,
          chance.onceIn(6) ? null : account.memberId(chance.below(3)),
          account.opened(binder).plus(Duration.ofMinutes(2)));
    }
  }

  private static void exports(CopyTable table, Account account) throws SQLException {
    for (int i = 0; i < account.exportJobs(); i++) {
      Chance chance = account.chance("export_jobs", i);
      UUID id = chance.uuid();
      String status = chance.pick(List.of("done", "done", "failed", "pending"));
      table.row(
          id,
          account.id(),
          chance.pick(List.of("pdf", "docx", "json", "srt")),
          "{\"matter\": \"" + account.matterId(chance.below(account.matters())) + "\"}",
          status,
          status.equals("failed") ? Words.sentence(chance, 6) : null,
          account.created().plus(Duration.ofHours(i)),
          status.equals("pending") ? null : account.created().plus(Duration.ofHours(i + 1L)));
    }
  }

  private static void logs(CopyTable table, Account account, AtomicLong last) throws SQLException {
    for (int binder = -1; binder < account.matters(); binder++) {
      Chance chance = account.chance("audit_logs", binder);
      table.row(
          last.incrementAndGet(),
          account.id(),
          chance.onceIn(4) ? null : account.memberId(chance.below(3)),
          binder < 0 ? "account.created" : "matter.opened",
          binder < 0 ? "users" : "matters",
          subject(account, binder, chance),
          "{\"note\": " + Words.json(Words.sentence(chance, 6)) + "}",
          chance.onceIn(3) ? "2001:db8::" + chance.between(1, 9) : "192.0.2." + chance.below(256),
          account.created().plus(Duration.ofHours(1L + binder)));
    }
  }

  /// Now and then something that is gone.
  private static @Nullable UUID subject(Account account, int binder, Chance chance) {
    if (chance.onceIn(8)) {
      return chance.onceIn(2) ? chance.uuid() : null;
    }
    return binder < 0 ? account.id() : account.matterId(binder);
  }
}
