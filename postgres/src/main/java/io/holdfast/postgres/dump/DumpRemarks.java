package io.holdfast.postgres.dump;

import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a dump of a database does not carry, or carries otherwise.
final class DumpRemarks {
  private static final String OF_USERS =
      " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname !~ '^pg_(toast|temp)'";

  private static final String COUNT =
      "SELECT count(*) FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ";

  private DumpRemarks() {}

  static List<String> of(DatabaseSession session) throws IOException {
    List<String> remarks = new ArrayList<>();
    String foreign = session.value(COUNT + "c.relkind = 'f'" + OF_USERS);
    if (!foreign.equals("0")) {
      remarks.add("rows of " + foreign + " foreign tables are not in the dump");
    }
    String unlogged =
        session.value(
            COUNT
                + "c.relkind = 'r' AND c.relpersistence = 'u'"
                + " AND pg_catalog.pg_is_in_recovery()"
                + OF_USERS);
    if (!unlogged.equals("0")) {
      remarks.add(
          "rows of "
              + unlogged
              + " unlogged tables are not in the dump: the server is a standby and has none");
    }
    for (List<String> row :
        session.query(
            "SELECT s.subname FROM pg_catalog.pg_subscription s"
                + " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
                + " WHERE d.datname = pg_catalog.current_database() ORDER BY 1")) {
      remarks.add(
          "subscription " + row.getFirst() + " comes back disabled and without a replication slot");
    }
    return remarks;
  }
}
