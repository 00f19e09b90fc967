package io.holdfast.engine.tenant;

import io.holdfast.postgres.sql.SqlConnection;
import java.util.List;
import java.util.Optional;

/// Which database this is, wherever it runs and whatever it is called: the cluster's identifier and
/// the database's number in it. A row of the same key is then the same row.
final class DatabaseIdentity {
  private static final String MAY_ASK =
      "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')";

  private static final String ASK =
      "SELECT s.system_identifier || '/' || d.oid FROM pg_catalog.pg_control_system() s,"
          + " pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

  private DatabaseIdentity() {}

  /// Empty where the role may not ask.
  static Optional<String> of(SqlConnection sql) {
    if (!sql.query(MAY_ASK).equals(List.of(List.of("t")))) {
      return Optional.empty();
    }
    return sql.query(ASK).stream().map(List::getFirst).findFirst();
  }
}
