package io.holdfast.examples.nasty;

import static io.holdfast.examples.nasty.NastyRun.id;

import io.holdfast.examples.legal.Chance;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/// Rows with unusual keys, references that no constraint knows, partitions and policies.
final class KeyRows {
  private static final long FIRST_LARGE_OBJECT = 3_500_000_000L;
  private static final LocalDate FIRST_EVENT = LocalDate.of(2024, 11, 3);

  private KeyRows() {}

  static void write(NastyRun run) throws SQLException, IOException {
    run.fill(
        "nasty.web_names (name, tenant_id, since)",
        (table, tenant) -> {
          table.row("t" + tenant + ".example", tenant, SampleRows.MOMENT);
          table.row("www.t" + tenant + ".example", tenant, SampleRows.MOMENT.plusSeconds(tenant));
        });
    shelves(run);
    seals(run);
    attachments(run);
    reports(run);
    run.fill(
        "nasty.playlist (id, tenant_id, place, song)",
        (table, tenant) -> {
          for (int i = 1; i <= 3; i++) {
            String song = "song " + run.chance("playlist", tenant, i).below(1_000);
            table.row(id(tenant, i), tenant, 4 - i, song);
          }
        });
    events(run);
    secrets(run);
    run.fill(
        "nasty.bookings (id, tenant_id, during)",
        (table, tenant) -> {
          for (int i = 1; i <= 3; i++) {
            Instant from = SampleRows.MOMENT.plus(Duration.ofHours(i));
            table.row(id(tenant, i), tenant, "[" + from + "," + from.plusSeconds(3_600) + ")");
          }
        });
    run.fill(
        "nasty.log_lines (tenant_id, line)",
        (table, tenant) -> {
          table.row(tenant, "again");
          table.row(tenant, "again");
          table.row(tenant, null);
          table.row(tenant, "once " + run.chance("log_lines", tenant).below(1_000));
        });
  }

  private static void shelves(NastyRun run) throws SQLException, IOException {
    run.fill(
        "nasty.shelves (id, code, tenant_id, level)",
        (table, tenant) -> {
          table.row(id(tenant, 1), "A", tenant, 1);
          table.row(id(tenant, 2), "A", tenant, 2);
        });
    run.fill(
        "nasty.boxes (id, tenant_id, shelf_level, shelf_code)",
        (table, tenant) -> {
          table.row(id(tenant, 1), tenant, run.chance("boxes", tenant).between(1, 2), "A");
          table.row(id(tenant, 2), tenant, 2, "A");
          table.row(id(tenant, 3), tenant, 77, null);
        });
  }

  private static void seals(NastyRun run) throws SQLException, IOException {
    run.fill(
        "nasty.seals (maker, number, tenant_id)",
        (table, tenant) -> {
          table.row(1, tenant, tenant);
          table.row(2, tenant, tenant);
        });
    run.fill(
        "nasty.parcels (id, tenant_id, seal_maker, seal_number)",
        (table, tenant) -> {
          table.row(id(tenant, 1), tenant, run.chance("parcels", tenant).between(1, 2), tenant);
          table.row(id(tenant, 2), tenant, null, null);
        });
  }

  private static void attachments(NastyRun run) throws SQLException, IOException {
    try (Statement statement = run.connection().createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE staged_contents (o oid, d bytea) ON COMMIT DROP");
      run.fill(
          "staged_contents (o, d)",
          (table, tenant) -> {
            for (int i = 1; i <= 2; i++) {
              Chance chance = run.chance("contents", tenant, i);
              table.row(largeObject(tenant, i), chance.bytes(i * chance.between(10, 3_000)));
            }
          });
      statement.execute("SELECT count(lo_from_bytea(o, d)) FROM staged_contents");
    }
    run.fill(
        "nasty.attachments (id, owner_type, owner_id, content, file_key)",
        (table, tenant) -> {
          for (int i = 1; i <= 3; i++) {
            Chance chance = run.chance("attachments", tenant, i);
            String key = "nasty/" + tenant + "/ü " + i + ".bin";
            table.row(
                chance.uuid(),
                i == 2 ? "Order" : "Page",
                id(tenant, i),
                i == 3 ? null : largeObject(tenant, i),
                i == 1 ? null : key);
            if (i != 1) {
              run.assets().write(key, chance.bytes(chance.below(500)));
            }
          }
        });
  }

  private static long largeObject(int tenant, int number) {
    return FIRST_LARGE_OBJECT + tenant * 10L + number;
  }

  private static void reports(NastyRun run) throws SQLException, IOException {
    run.fill(
        "nasty.reports (id, tenant_id, settings, as_written, order_ids)",
        (table, tenant) -> {
          for (int i = 1; i <= 2; i++) {
            Chance chance = run.chance("reports", tenant, i);
            int page = id(tenant, chance.between(1, 6));
            int order = id(tenant, chance.between(1, 3));
            table.row(
                id(tenant, i),
                tenant,
                "{\"pageIds\": [%d, %d], \"main\": {\"orderId\": %d}, \"a \\\"b\\\"\": 1e2}"
                    .formatted(page, id(tenant, 1), order),
                "{\"twice\" : 1,\n \"twice\":2.50}",
                i == 1 ? List.of(order, order) : List.of());
          }
        });
  }

  private static void events(NastyRun run) throws SQLException, IOException {
    run.fill(
        "nasty.events (id, at, tenant_id, kind)",
        (table, tenant) -> {
          for (int i = 1; i <= 6; i++) {
            String kind = run.chance("events", tenant, i).onceIn(3) ? null : "kind " + i;
            table.row(id(tenant, i), day(i), tenant, kind);
          }
        });
    run.fill(
        "nasty.event_notes (id, event_at, event_id, note)",
        (table, tenant) -> {
          for (int i = 1; i <= 6; i += 2) {
            table.row(id(tenant, i), day(i), id(tenant, i), "note " + i);
          }
        });
  }

  /// 2024 lies in the default partition.
  private static LocalDate day(int event) {
    return FIRST_EVENT.plusMonths(5L * event - 5);
  }

  /// One by one as the tenant itself: the policies bind the owner too, and forbid COPY.
  private static void secrets(NastyRun run) throws SQLException {
    try (PreparedStatement tenantIs =
            run.connection().prepareStatement("SELECT set_config('app.tenant', ?::text, true)");
        PreparedStatement insert =
            run.connection().prepareStatement("INSERT INTO nasty.secrets VALUES (?, ?, ?)")) {
      for (int tenant = 1; tenant <= run.tenants(); tenant++) {
        tenantIs.setInt(1, tenant);
        tenantIs.execute();
        for (int i = 1; i <= 2; i++) {
          insert.setInt(1, tenant);
          insert.setString(2, "key " + i);
          insert.setBytes(3, run.chance("secrets", tenant, i).bytes(i * 20));
          insert.executeUpdate();
        }
      }
      tenantIs.setString(1, "");
      tenantIs.execute();
    }
  }
}
