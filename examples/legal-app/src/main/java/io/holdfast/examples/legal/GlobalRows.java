package io.holdfast.examples.legal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The tables that are everybody's or nobody's.
final class GlobalRows {
  private static final Instant BEFORE_ALL = Instant.parse("2026-01-01T00:00:00Z");

  private record Jurisdiction(String code, String name, @Nullable String parent, String currency) {}

  private static final List<Jurisdiction> JURISDICTIONS =
      List.of(
          new Jurisdiction("US", "United States", null, "USD"),
          new Jurisdiction("US-NY", "New York", "US", "USD"),
          new Jurisdiction("US-CA", "California", "US", "USD"),
          new Jurisdiction("GB", "United Kingdom", null, "GBP"),
          new Jurisdiction("GB-SCT", "Scotland", "GB", "GBP"),
          new Jurisdiction("DE", "Deutschland", null, "EUR"),
          new Jurisdiction("DE-BY", "Bayern", "DE", "EUR"),
          new Jurisdiction("FR", "France", null, "EUR"),
          new Jurisdiction("CH", "Schweiz/Suisse", null, "CHF"),
          new Jurisdiction("JP", "日本", null, "JPY"),
          new Jurisdiction("KW", "الكويت", null, "KWD"),
          new Jurisdiction("EU", "European Union", null, "EUR"));

  private GlobalRows() {}

  static UUID memberId(long seed, int member) {
    return Chance.of(seed, "team_members", member).uuid();
  }

  /// The numbers differ from installation to installation; the codes do not.
  static int jurisdictionId(long seed, int jurisdiction) {
    int shift = Chance.of(seed, "jurisdictions").below(JURISDICTIONS.size());
    return 1 + (jurisdiction * 7 + shift) % JURISDICTIONS.size();
  }

  static int anyJurisdictionId(long seed, Chance chance) {
    return jurisdictionId(seed, chance.below(JURISDICTIONS.size()));
  }

  /// A currency in which bills are written.
  static String anyCurrency(Chance chance) {
    return chance.pick(JURISDICTIONS).currency();
  }

  static void write(Generation run) throws SQLException, IOException {
    try (CopyTable table =
        CopyTable.into(run.connection(), "currencies (code, name, minor_units)")) {
      table.row("CHF", "Swiss franc", 2);
      table.row("EUR", "Euro", 2);
      table.row("GBP", "Pound sterling", 2);
      table.row("JPY", "Yen", 0);
      table.row("KWD", "Kuwaiti dinar", 3);
      table.row("USD", "US dollar", 2);
      run.written().put("currencies", table.finish());
    }
    try (CopyTable table =
        CopyTable.into(
            run.connection(), "jurisdictions (id, code, name, parent_id, currency_code)")) {
      List<String> codes = JURISDICTIONS.stream().map(Jurisdiction::code).toList();
      for (int i = 0; i < JURISDICTIONS.size(); i++) {
        Jurisdiction one = JURISDICTIONS.get(i);
        String parent = one.parent();
        table.row(
            jurisdictionId(run.seed(), i),
            one.code(),
            one.name(),
            parent == null ? null : jurisdictionId(run.seed(), codes.indexOf(parent)),
            one.currency());
      }
      run.written().put("jurisdictions", table.finish());
    }
    teamMembers(run);
    jobs(run);
  }

  private static void teamMembers(Generation run) throws SQLException {
    try (CopyTable table =
        CopyTable.into(
            run.connection(), "team_members (id, email, display_name, active, created_at)")) {
      for (int i = 0; i < run.size().teamMembers(); i++) {
        Chance chance = Chance.of(run.seed(), "people", i);
        table.row(
            memberId(run.seed(), i),
            "member" + i + "@offices.example",
            Words.name(chance),
            !chance.onceIn(10),
            BEFORE_ALL.plusSeconds(i));
      }
      run.written().put("team_members", table.finish());
    }
  }

  private static void jobs(Generation run) throws SQLException {
    try (CopyTable table =
        CopyTable.into(
            run.connection(), "job_queue (id, queue, payload, run_at, attempts, locked_by)")) {
      for (int i = 0; i < run.size().accounts(); i++) {
        Chance chance = Chance.of(run.seed(), "job_queue", i);
        table.row(
            i + 1,
            chance.pick(List.of("transcribe", "mail", "export")),
            "{\"account\": \"" + run.account(i).id() + "\"}",
            run.account(i).created(),
            chance.below(3),
            chance.onceIn(5) ? "worker-" + chance.below(4) : null);
      }
      run.written().put("job_queue", table.finish());
    }
  }
}
