package io.holdfast.examples.nasty;

import static io.holdfast.examples.nasty.NastyRun.id;

import io.holdfast.examples.legal.Chance;
import io.holdfast.examples.legal.CopyTable;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Tenants, what they refer to, and rows that need each other. Those are staged in temporary tables
/// and inserted by one statement for each ring: at its end, when the references are checked, all
/// rows are there.
final class RingRows {
  private static final int ORDERS = 3;
  private static final int PAGES = 6;
  private static final int TEAMS = 2;

  private RingRows() {}

  static void write(NastyRun run) throws SQLException, IOException {
    global(run);
    run.fill(
        "nasty.tenants (id, name, country, main_page_id)",
        (table, tenant) ->
            table.row(
                tenant,
                "Tenant \"" + tenant + "\", 50%",
                tenant % 4 == 0 ? null : tenant % 2 == 0 ? "FR" : "JP",
                tenant % 3 == 0 ? null : id(tenant, 1)));
    try (Statement statement = run.connection().createStatement()) {
      orders(run, statement);
      teams(run, statement);
    }
    run.fill(
        "nasty.pages (id, tenant_id, parent_id, previous_id, editor_id, body, updated_at)",
        (table, tenant) -> pages(run, table, tenant));
    run.fill(
        "nasty.links (id, tenant_id, page_id)",
        (table, tenant) -> {
          table.row(id(tenant, 1), tenant, id(tenant, 2));
          if (tenant % 2 == 0) {
            table.row(id(tenant, 2), tenant, id(tenant - 1, 2));
          }
        });
  }

  private static void global(NastyRun run) throws SQLException {
    try (CopyTable table = CopyTable.into(run.connection(), "nasty.members (id, login)")) {
      for (int i = 0; i < NastyRun.MEMBERS; i++) {
        table.row(run.memberId(i), "member" + i + "@nasty.example");
      }
      table.finish();
    }
    try (CopyTable table = CopyTable.into(run.connection(), "nasty.countries (iso2, name)")) {
      table.row("DE", "Deutschland");
      table.row("FR", "France");
      table.row("JP", "日本");
      table.finish();
    }
  }

  private static void orders(NastyRun run, Statement statement) throws SQLException, IOException {
    statement.execute(
        """
        CREATE TEMPORARY TABLE staged_orders ON COMMIT DROP AS TABLE nasty.orders WITH NO DATA;
        CREATE TEMPORARY TABLE staged_items ON COMMIT DROP AS TABLE nasty.items WITH NO DATA""");
    run.fill(
        "staged_orders (id, tenant_id, main_item_id, sold_by, ship_to)",
        (table, tenant) -> {
          for (int i = 1; i <= ORDERS; i++) {
            Chance chance = run.chance("orders", tenant, i);
            table.row(
                id(tenant, i),
                tenant,
                itemId(tenant, i, 2),
                run.memberId(chance.below(NastyRun.MEMBERS)),
                i == 3 ? null : address(chance));
          }
        });
    run.fill(
        "staged_items (id, tenant_id, order_id, pieces, price, shade)",
        (table, tenant) -> {
          for (int i = 1; i <= ORDERS; i++) {
            for (int j = 1; j <= 3; j++) {
              Chance chance = run.chance("items", tenant, i, j);
              table.row(
                  itemId(tenant, i, j),
                  tenant,
                  id(tenant, i),
                  chance.between(1, 99),
                  chance.below(1_000) + ".12" + chance.below(10),
                  chance.below(100) + ".5");
            }
          }
        });
    statement.execute(
        """
        WITH items AS (
          INSERT INTO nasty.items (id, tenant_id, order_id, pieces, price, shade)
          OVERRIDING SYSTEM VALUE
          SELECT id, tenant_id, order_id, pieces, price, shade FROM staged_items
        )
        INSERT INTO nasty.orders (id, tenant_id, main_item_id, sold_by, ship_to)
        OVERRIDING SYSTEM VALUE
        SELECT id, tenant_id, main_item_id, sold_by, ship_to FROM staged_orders""");
  }

  static long itemId(int tenant, int order, int item) {
    return 5L * id(tenant, order * 3 + item);
  }

  /// As PostgreSQL writes a row of `nasty.address`.
  static String address(Chance chance) {
    return "(\"%d, \"\"Rue\"\" \\\\ 'x'\",D-%d,\"(%d,0.5)\",\"{sad,\"\"it's \\\\\"\"fine\\\\\"\"\"\"}\")"
        .formatted(chance.below(100), chance.below(10_000), chance.below(90));
  }

  private static void teams(NastyRun run, Statement statement) throws SQLException, IOException {
    statement.execute(
        """
        CREATE TEMPORARY TABLE staged_teams ON COMMIT DROP AS TABLE nasty.teams WITH NO DATA;
        CREATE TEMPORARY TABLE staged_offices ON COMMIT DROP AS TABLE nasty.offices WITH NO DATA;
        CREATE TEMPORARY TABLE staged_people ON COMMIT DROP AS TABLE nasty.people WITH NO DATA""");
    run.fill(
        "staged_teams (id, tenant_id, lead_id)",
        (table, tenant) -> {
          for (int i = 1; i <= TEAMS; i++) {
            table.row(id(tenant, i), tenant, id(tenant, i));
          }
        });
    run.fill(
        "staged_offices (id, team_id)",
        (table, tenant) -> {
          for (int i = 1; i <= TEAMS + 1; i++) {
            table.row(id(tenant, i), id(tenant, 1 + i % TEAMS));
          }
        });
    run.fill(
        "staged_people (id, office_id, contact)",
        (table, tenant) -> {
          for (int i = 1; i <= TEAMS + 2; i++) {
            table.row(
                id(tenant, i),
                id(tenant, 1 + i % (TEAMS + 1)),
                i == 1 ? null : List.of("a" + tenant + "@x.example", "\"b,c\"@y.example"));
          }
        });
    statement.execute(
        """
        WITH teams AS (INSERT INTO nasty.teams SELECT * FROM staged_teams),
          offices AS (INSERT INTO nasty.offices SELECT * FROM staged_offices)
        INSERT INTO nasty.people SELECT * FROM staged_people""");
  }

  /// The pages of a tenant follow each other in a ring; parents stand behind their children.
  private static void pages(NastyRun run, CopyTable table, int tenant) throws SQLException {
    for (int i = 1; i <= PAGES; i++) {
      Chance chance = run.chance("pages", tenant, i);
      table.row(
          id(tenant, i),
          tenant,
          i == PAGES ? null : id(tenant, chance.between(i + 1, PAGES)),
          id(tenant, i == 1 ? PAGES : i - 1),
          i % 3 == 0 ? null : run.memberId(chance.below(NastyRun.MEMBERS)),
          "page " + chance.below(1_000) + ", see \\." + i + "\r\nend",
          SampleRows.MOMENT.plusSeconds(chance.below(1_000_000)));
    }
  }
}
