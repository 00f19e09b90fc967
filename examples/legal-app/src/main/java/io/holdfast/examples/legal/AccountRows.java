package io.holdfast.examples.legal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// Accounts, who works for them, and their matters.
final class AccountRows {
  static final List<String> TIERS = List.of("free", "starter", "professional", "enterprise");

  private AccountRows() {}

  static void write(Generation run) throws SQLException, IOException {
    run.fill(
        "users",
        "id, email, full_name, tier, home_jurisdiction_id, settings, api_token_hash, created_at,"
            + " updated_at",
        AccountRows::user);
    run.fill("account_members", "user_id, member_id, role, since", AccountRows::members);
    run.fill(
        "matters",
        "id, user_id, number, title, client_name, status, jurisdiction_id, lead_id, tags, metadata,"
            + " opened_on, closed_on, created_at, updated_at",
        AccountRows::matters);
  }

  private static void user(CopyTable table, Account account) throws SQLException {
    Chance chance = account.chance("user");
    table.row(
        account.id(),
        "account" + account.index() + "@law.example",
        Words.name(chance),
        chance.pick(TIERS),
        chance.onceIn(5) ? null : GlobalRows.anyJurisdictionId(account.seed(), chance),
        settings(chance),
        chance.onceIn(3) ? null : chance.bytes(32),
        account.created(),
        account.created());
  }

  private static String settings(Chance chance) {
    return "{\"backup\": {\"autoBackupEnabled\": true, \"frequency\": \""
        + chance.pick(List.of("daily", "weekly", "monthly"))
        + "\", \"includeAudioFiles\": false, \"retentionDays\": "
        + chance.pick(List.of(7, 14, 30, 60, 90))
        + "}, \"signature\": "
        + Words.json(Words.sentence(chance, 8))
        + "}";
  }

  private static void members(CopyTable table, Account account) throws SQLException {
    for (int i = 0; i < account.members(); i++) {
      String role = i == 0 ? "owner" : i == 1 ? "lawyer" : "assistant";
      table.row(account.id(), account.memberId(i), role, day(account.created()));
    }
  }

  private static void matters(CopyTable table, Account account) throws SQLException {
    for (int binder = 0; binder < account.matters(); binder++) {
      Chance chance = account.chance("matter", binder);
      String status = chance.pick(List.of("open", "open", "on_hold", "closed"));
      Instant opened = account.opened(binder);
      Instant closed = opened.plus(Duration.ofDays(chance.below(40)));
      table.row(
          account.matterId(binder),
          account.id(),
          binder + 1,
          Words.title(chance),
          Words.company(chance),
          status,
          GlobalRows.anyJurisdictionId(account.seed(), chance),
          chance.onceIn(6) ? null : account.memberId(chance.below(3)),
          tags(chance),
          "{\"reference\": " + Words.json(Words.sentence(chance, 3)) + "}",
          day(opened),
          status.equals("closed") ? day(closed) : null,
          opened,
          status.equals("closed") ? closed : opened);
    }
  }

  private static List<String> tags(Chance chance) {
    List<String> all = List.of("urgent", "pro bono", "a,b", "{curly}", "back\\slash", "\"q\"", "");
    int first = chance.below(all.size());
    return all.subList(first, Math.min(all.size(), first + chance.below(4)));
  }

  static LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }
}
