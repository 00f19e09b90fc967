package io.holdfast.engine;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which database this is, wherever it runs and whatever it is called: the cluster's identifier and
/// the database's number in it, as `7412345678901234567/16384`. A row of the same key is then the
/// same row.
public final class DatabaseIdentity {
  private static final String MAY_ASK =
      "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')";

  private static final String ASK_ALL =
      "SELECT d.datname, s.system_identifier || '/' || d.oid"
          + " FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database d";

  private static final String ASK = ASK_ALL + " WHERE d.datname = pg_catalog.current_database()";

  private DatabaseIdentity() {}

  /// Empty where the role may not ask.
  public static Optional<String> of(SqlConnection sql) {
    if (!sql.query(MAY_ASK).equals(List.of(List.of("t")))) {
      return Optional.empty();
    }
    return sql.query(ASK).stream().map(List::getLast).findFirst();
  }

  /// Those of all databases of the server, by their names; none where the role may not ask.
  public static Map<String, String> all(DatabaseSession session) throws IOException {
    Map<String, String> identities = new LinkedHashMap<>();
    if (session.query(MAY_ASK).equals(List.of(List.of("t")))) {
      session.query(ASK_ALL).forEach(row -> identities.put(row.getFirst(), row.getLast()));
    }
    return identities;
  }

  /// Whether an identity is that of a database of this cluster.
  public static boolean isIn(String identity, String systemIdentifier) {
    return identity.startsWith(systemIdentifier + "/");
  }
}
