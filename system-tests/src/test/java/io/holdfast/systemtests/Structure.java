package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;

/// What the server itself says of the structure of a recovered database.
final class Structure {
  private Structure() {}

  /// Checks every B-tree against its table, and every table where the server can; reads all rows.
  /// The extension `amcheck` must be there.
  static void check(Cluster cluster) throws SQLException {
    cluster.sql(
        "SELECT count(bt_index_parent_check(c.oid, true)) FROM pg_class c JOIN pg_am a ON"
            + " a.oid = c.relam WHERE a.amname = 'btree' AND c.relkind = 'i'"
            + " AND c.relpersistence = 'p'");
    if (cluster.major() >= 14) {
      assertThat(
              cluster.sql(
                  "SELECT count(*) FROM pg_class c, LATERAL verify_heapam(c.oid) v"
                      + " WHERE c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p'"))
          .as("complaints of verify_heapam")
          .isEqualTo("0");
    }
    cluster.sql("SELECT count(*), sum(length(filler)) FROM ballast");
  }
}
