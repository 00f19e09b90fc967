package io.holdfast.postgres.dump;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The database that a dump is put into. *Confined.*
public final class TargetDatabase implements AutoCloseable {
  /// As the server shows us.
  public static final String APPLICATION = "holdfast restore";

  private static final String USERS_RELATIONS =
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND n.nspname !~ '^pg_(toast|temp)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
          + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
          + " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
          + " AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2";

  private static final String GRANTED_TO_OTHERS =
      "SELECT n.nspname, c.relname, c.relkind, pg_catalog.string_agg(DISTINCT CASE a.grantee"
          + " WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END, ', ')"
          + " FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a"
          + " LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee"
          + " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
          + " AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND a.grantee <> c.relowner"
          + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
          + " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
          + " AND d.objid = c.oid AND d.deptype = 'e')"
          + " GROUP BY n.nspname, c.relname, c.relkind";

  private static final String USERS_SCHEMAS =
      " n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'";

  private static final String NOT_OF_EXTENSION =
      " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.classid = ";

  /// Whether anybody made a schema, a function or a type. Tables have types too.
  private static final String IN_USE =
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname <> 'public' AND"
          + USERS_SCHEMAS
          + NOT_OF_EXTENSION
          + "'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objid = n.oid))"
          + " OR EXISTS (SELECT FROM pg_catalog.pg_proc p"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE"
          + USERS_SCHEMAS
          + NOT_OF_EXTENSION
          + "'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid))"
          + " OR EXISTS (SELECT FROM pg_catalog.pg_type t"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typelem = 0 AND"
          + USERS_SCHEMAS
          + NOT_OF_EXTENSION
          + "'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid)"
          // The row type of an extension's table depends on the table.
          + " AND t.typrelid = 0)";

  private static final String KEYS =
      "SELECT n.nspname, c.relname, m.nspname, f.relname FROM pg_catalog.pg_constraint k"
          + " JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " JOIN pg_catalog.pg_class f ON f.oid = k.confrelid"
          + " JOIN pg_catalog.pg_namespace m ON m.oid = f.relnamespace WHERE k.contype = 'f'"
          + " ORDER BY k.oid";

  private static final int NUMBERS_AT_ONCE = 10_000;
  private static final int SHOWN_MAX = 3;

  private final DatabaseSession session;

  private TargetDatabase(DatabaseSession session) {
    this.session = session;
  }

  public static TargetDatabase open(ConnectionUrl url, Cancellation cancellation)
      throws IOException {
    return new TargetDatabase(
        DatabaseSession.open(url, APPLICATION, RestoreSettings.forRows(), cancellation));
  }

  public DatabaseSession session() {
    return session;
  }

  public boolean isSuperuser() throws IOException {
    return session.value("SHOW is_superuser").equals("on");
  }

  /// Memory that a session may use to make an index.
  public long maintenanceKilobytes() throws IOException {
    return Long.parseLong(
        session.value(
            "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem'"));
  }

  /// Tables, views and sequences that are there, but for those of extensions.
  public List<SqlName> relations() throws IOException {
    return session.query(USERS_RELATIONS).stream()
        .map(row -> new SqlName(row.get(0), row.get(1)))
        .toList();
  }

  /// What is there, besides rows.
  public TargetObjects objects() throws IOException {
    List<SqlName> relations = relations();
    boolean inUse = !relations.isEmpty() || session.value(IN_USE).equals("t");
    return new TargetObjects(
        inUse ? TargetObjects.State.IN_USE : TargetObjects.State.FRESH,
        Set.copyOf(relations),
        names("SELECT nspname FROM pg_catalog.pg_namespace"),
        names("SELECT extname FROM pg_catalog.pg_extension"),
        names("SELECT pubname FROM pg_catalog.pg_publication"));
  }

  private Set<String> names(String sql) throws IOException {
    return session.query(sql).stream().map(List::getFirst).collect(toSet());
  }

  /// Foreign keys between tables that are there.
  public List<LoadOrder.Key> foreignKeys() throws IOException {
    return session.query(KEYS).stream()
        .map(
            row ->
                new LoadOrder.Key(
                    new SqlName(row.get(0), row.get(1)), new SqlName(row.get(2), row.get(3))))
        .toList();
  }

  /// The partitioned table in which a table is, at whatever depth; empty if it is no partition.
  public Optional<SqlName> partitionRoot(SqlName table) throws IOException {
    return session
        .query(
            "SELECT n.nspname, r.relname FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_class r ON r.oid = pg_catalog.pg_partition_root(c.oid)"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
                + " WHERE c.relispartition AND c.oid = "
                + SqlName.literal(table.quoted())
                + "::pg_catalog.regclass")
        .stream()
        .map(row -> new SqlName(row.get(0), row.get(1)))
        .findFirst();
  }

  /// Numbers of large objects that some tables point to and that are not there.
  public Set<Long> missingLargeObjects(Predicate<SqlName> tables) throws IOException {
    return LargeObjectReferences.find(session, tables, LargeObjectReferences.Which.MISSING);
  }

  /// How much there is.
  ///
  /// @param rows about, as statistics say
  public record Size(long tables, long rows) {}

  public Size size() throws IOException {
    List<String> row =
        session
            .query(
                "SELECT count(*), coalesce(sum(greatest(c.reltuples,"
                    + " pg_catalog.pg_stat_get_live_tuples(c.oid), 0))::pg_catalog.int8, 0)"
                    + " FROM pg_catalog.pg_class c"
                    + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE c.relkind = 'r' AND"
                    + USERS_SCHEMAS)
            .getFirst();
    return new Size(Long.parseLong(row.get(0)), Long.parseLong(row.get(1)));
  }

  /// Numbers of the large objects that are there.
  public Set<Long> largeObjects() throws IOException {
    Set<Long> numbers = new HashSet<>();
    String last = "0";
    List<List<String>> some;
    do {
      some =
          session.query(
              "SELECT oid FROM pg_catalog.pg_largeobject_metadata WHERE oid > "
                  + last
                  + " ORDER BY oid LIMIT "
                  + NUMBERS_AT_ONCE);
      for (List<String> row : some) {
        last = row.getFirst();
        numbers.add(Long.valueOf(last));
      }
    } while (some.size() == NUMBERS_AT_ONCE);
    return numbers;
  }

  /// @param there what must not be there
  /// @throws BackupException `TARGET_NOT_EMPTY` that names some of it, unless that is empty
  public void refuse(Collection<?> there, String hint) {
    if (!there.isEmpty()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_EMPTY,
          "the database "
              + session.url().database()
              + " has "
              + there.stream()
                  .map(Object::toString)
                  .sorted()
                  .limit(SHOWN_MAX)
                  .collect(joining(", "))
              + (there.size() > SHOWN_MAX ? ", … (" + there.size() + " in all)" : "")
              + " already",
          hint);
    }
  }

  /// Takes back what default privileges of the target gave to others than the owners of tables,
  /// views and sequences that were just made: who may use them is what the dump says.
  public void withdrawDefaultPrivileges(Predicate<SqlName> made) throws IOException {
    for (List<String> row : session.query(GRANTED_TO_OTHERS)) {
      SqlName name = new SqlName(row.get(0), row.get(1));
      if (made.test(name)) {
        String kind = row.get(2).equals("S") ? "SEQUENCE " : "TABLE ";
        run(
            "privileges of " + name,
            "REVOKE ALL ON " + kind + name.quoted() + " FROM " + row.get(3));
      }
    }
  }

  /// Runs a command.
  ///
  /// @param what in a few words, for errors
  public void run(String what, String sql) throws IOException {
    try {
      session.query(sql);
    } catch (ServerErrorException e) {
      throw DumpFailures.translate(what, session.url().user(), e);
    }
  }

  /// Runs a command, and says why the server refused it.
  ///
  /// @return empty if it did not
  public Optional<ServerErrorException> tryRun(String sql) throws IOException {
    try {
      session.query(sql);
      return Optional.empty();
    } catch (ServerErrorException e) {
      return Optional.of(e);
    }
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
