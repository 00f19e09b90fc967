package io.holdfast.examples.nasty;

import static io.holdfast.examples.nasty.NastyRun.id;

import io.holdfast.examples.legal.Chance;
import io.holdfast.examples.legal.CopyTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Values that are easily lost on the way, and tables with hostile names.
final class SampleRows {
  static final Instant MOMENT = Instant.parse("2026-03-29T00:30:00.123456Z");

  private static final String SAMPLES =
      "nasty.samples (id, tenant_id, bytes, real_number, small_real, exact, moment, wall_time,"
          + " time_of_day, day, span, flags, letters, one, cash, network, words, shape, position,"
          + " mood, moods, grid, numbers, own_range, ranges, address, addresses, share, unknown_key,"
          + " document)";
  private static final int COLUMNS = 30;
  private static final int ODD_COLUMNS = 13;
  private static final String ODD_SCHEMA = "\"Odd \"\"Schema\"\".1\".";

  private SampleRows() {}

  static void write(NastyRun run) throws SQLException, IOException {
    run.fill(SAMPLES, (table, tenant) -> samples(run, table, tenant));
    run.fill(
        ODD_SCHEMA + "\"Mixed\"\"Case.Table\"",
        (table, tenant) -> {
          for (int i = 1; i <= 3; i++) {
            Chance chance = run.chance("odd", tenant, i);
            @Nullable Object[] row = new @Nullable Object[ODD_COLUMNS];
            row[0] = id(tenant, i);
            row[1] = tenant;
            for (int column = 2; column < row.length; column++) {
              row[column] = chance.onceIn(4) ? null : "value\t" + chance.below(1_000) + "\\n";
            }
            table.row(row);
          }
        });
    run.fill(
        ODD_SCHEMA + "\"select\n; DROP TABLE x --\"",
        (table, tenant) -> {
          for (int i = 1; i <= 4; i++) {
            table.row(id(tenant, i), id(tenant, 1 + i % 3), i == 2 ? null : "🙂" + i);
          }
        });
  }

  private static void samples(NastyRun run, CopyTable table, int tenant) throws SQLException {
    Chance chance = run.chance("samples", tenant);
    table.row(
        id(tenant, 1),
        tenant,
        chance.bytes(chance.between(1, 100)),
        "NaN",
        "-0",
        "123456789012345678901234567890.123456789012345678901234567890",
        "infinity",
        "4713-01-01 00:00:00 BC",
        "24:00:00-15:59",
        "-infinity",
        "1 mon -1 days +00:00:00.000001",
        "1010",
        "ab",
        "x",
        "12.34",
        "2001:db8::/32",
        "'a':1A 'b''c':2,3",
        "((0,0),(1,1),(1,0))",
        "FFFFFFFF/FFFFFFFE",
        "happy, very",
        "{sad,\"it's \\\"fine\\\"\",NULL,🙂}",
        "[0:1][-1:0]={{1,2},{3,NULL}}",
        "[1.50,)",
        "(0.1,0.30000000000000004]",
        "{\"[1,5)\",empty,\"(,7)\"}",
        RingRows.address(chance),
        "{NULL,\"(,,,{})\"}",
        "99.99",
        chance.uuid(),
        "{\"a\": 1, \"a\" :2}");
    table.row(
        id(tenant, 2),
        tenant,
        new byte[0],
        "5e-324",
        "3.4028235e+38",
        "NaN",
        MOMENT.plusSeconds(chance.below(10_000)),
        "294276-12-31 23:59:59.999999",
        "00:00:00+05:30",
        "5874897-12-31",
        "-178000000 years",
        "",
        "     ",
        "",
        "-0.01",
        "0.0.0.0/0",
        "",
        "((1e300,-1e-300))",
        "0/0",
        "sad",
        "{}",
        "{}",
        "empty",
        "(,)",
        "{}",
        "(,\"\",,)",
        "{}",
        "0.00",
        new UUID(0, 0),
        "null");
    @Nullable Object[] nothing = new @Nullable Object[COLUMNS];
    nothing[0] = id(tenant, 3);
    nothing[1] = tenant;
    nothing[27] = 1;
    table.row(nothing);
    table.row(rest(tenant, chance));
  }

  /// Ordinary values, text with every character that has a meaning for COPY, CSV or JSON.
  private static @Nullable Object[] rest(int tenant, Chance chance) {
    @Nullable Object[] row = new @Nullable Object[COLUMNS];
    row[0] = id(tenant, 4);
    row[1] = tenant;
    row[2] = "\0\u0001\\,\"\t\n".getBytes(StandardCharsets.UTF_8);
    row[3] = chance.next() / 1e9;
    row[5] = chance.below(1_000_000) + ".00";
    row[6] = "0001-01-01 00:00:00+00 BC";
    row[12] = "'\\,\"";
    row[16] = "'\\\\':1 '\"':2";
    row[19] = "🙂";
    row[20] = List.of("so-so", "happy, very");
    row[27] = 50;
    row[29] = "\"\\u00e9\\n\\ud83d\\ude42\"";
    return row;
  }
}
