package io.holdfast.examples.nasty;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.Chance;
import io.holdfast.examples.legal.CopyTable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/// One run of the generator.
record NastyRun(Connection connection, long seed, int tenants, AssetFiles assets) {
  /// Who may be referred to; their numbers differ from seed to seed.
  static final int MEMBERS = 5;

  /// Writes the rows of one tenant.
  @FunctionalInterface
  interface OfTenant {
    void write(CopyTable table, int tenant) throws SQLException, IOException;
  }

  /// @param target name and columns as in COPY
  void fill(String target, OfTenant rows) throws SQLException, IOException {
    try (CopyTable table = CopyTable.into(connection, target)) {
      for (int tenant = 1; tenant <= tenants; tenant++) {
        rows.write(table, tenant);
      }
      table.finish();
    }
  }

  Chance chance(String what, long... place) {
    return Chance.of(seed, what, place);
  }

  /// The number of a row: that of the tenant with three digits behind it.
  static int id(int tenant, int number) {
    return tenant * 1_000 + number;
  }

  int memberId(int member) {
    return 1 + Math.floorMod(member * 3 + (int) (seed % MEMBERS), MEMBERS);
  }
}
