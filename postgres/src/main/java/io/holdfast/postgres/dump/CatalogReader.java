package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Asks a database what there is to dump. What belongs to an extension is made by the extension
/// again; of its tables only the rows that it calls the user's are dumped.
final class CatalogReader {
  private static final int RANGES_SINCE = 14;
  private static final int SEQUENCES_AT_ONCE = 200;
  private static final int SHOWN_MAX = 20;

  private static final String USERS_SCHEMA =
      "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'";

  private static final String OF_EXTENSION =
      "EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
          + " AND d.objid = c.oid AND d.deptype = 'e')";

  /// Tables of extensions with rows of the user, and which these are.
  private static final String CONFIGURATION =
      "LEFT JOIN (SELECT u.oid, u.condition FROM pg_catalog.pg_extension e,"
          + " unnest(e.extconfig, e.extcondition) AS u(oid, condition)) x ON x.oid = c.oid";

  private static final String COLUMNS =
      "coalesce((SELECT pg_catalog.string_agg(pg_catalog.encode(pg_catalog.convert_to("
          + "pg_catalog.quote_ident(a.attname), 'UTF8'), 'hex'), ',' ORDER BY a.attnum)"
          + " FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
          + " AND NOT a.attisdropped AND a.attgenerated = ''), '')";

  private static final String RELATIONS =
      "SELECT c.oid, n.nspname, c.relname, c.relkind, "
          + COLUMNS
          + ", coalesce(x.condition, ''), coalesce(am.amname, ''),"
          + " coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), true)"
          + " FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam "
          + CONFIGURATION
          + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'"
          // A standby has no rows of unlogged tables.
          + " AND (c.relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery()) AND "
          + USERS_SCHEMA
          + " AND (x.oid IS NOT NULL OR NOT "
          + OF_EXTENSION
          + ") ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"";

  /// Each view with how many views lie between it and the tables, at most.
  private static final String REFRESHED =
      "WITH RECURSIVE reads AS (SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read"
          + " FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d"
          + " ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid"
          + " AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class),"
          + " depth AS (SELECT c.oid, 0 AS level FROM pg_catalog.pg_class c WHERE c.relkind IN ('m', 'v')"
          + " UNION SELECT reads.reader, depth.level + 1 FROM depth JOIN reads ON reads.read = depth.oid"
          + " WHERE depth.level < 1000)"
          + " SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN depth ON depth.oid = c.oid"
          + " WHERE c.relkind = 'm' AND c.relispopulated AND NOT "
          + OF_EXTENSION
          + " GROUP BY n.nspname, c.relname ORDER BY max(depth.level), n.nspname, c.relname";

  /// What is dropped with each relation: it depends on it automatically or is a part of it.
  private static final String PARTS =
      "SELECT refobjid, pg_catalog.string_agg(classid::pg_catalog.oid || ':' || objid, ',')"
          + " FROM (SELECT DISTINCT refobjid, classid, objid FROM pg_catalog.pg_depend"
          + " WHERE refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND deptype IN ('a', 'i')"
          + " AND classid IN ('pg_catalog.pg_class'::pg_catalog.regclass,"
          + " 'pg_catalog.pg_constraint'::pg_catalog.regclass,"
          + " 'pg_catalog.pg_attrdef'::pg_catalog.regclass,"
          + " 'pg_catalog.pg_trigger'::pg_catalog.regclass,"
          + " 'pg_catalog.pg_policy'::pg_catalog.regclass,"
          + " 'pg_catalog.pg_rewrite'::pg_catalog.regclass,"
          + " 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass) AND refobjid >= 16384) d"
          + " GROUP BY refobjid";

  private static final String FOREIGN_KEYS =
      "SELECT conrelid, pg_catalog.string_agg(oid || ':' || confrelid, ',')"
          + " FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conparentid = 0 GROUP BY conrelid";

  private final DatabaseSession session;
  private final Predicate<SqlName> wanted;

  /// @param wanted which tables, views and sequences it speaks of
  CatalogReader(DatabaseSession session, Predicate<SqlName> wanted) {
    this.session = session;
    this.wanted = wanted;
  }

  /// What `pg_class` says of tables and sequences.
  ///
  /// @param kind `r` for a table, `p` for one that has its rows in partitions, `S` for a sequence
  record Relation(
      long oid,
      SqlName name,
      String kind,
      List<String> columns,
      String filter,
      String accessMethod,
      String readable) {
    /// Whether it can be locked: views are, in effect, with their tables.
    boolean isTable() {
      return kind.equals("r") || kind.equals("p");
    }

    boolean isSequence() {
      return kind.equals("S");
    }
  }

  List<Relation> relations() throws IOException {
    List<Relation> relations = new ArrayList<>();
    for (List<String> row : session.query(RELATIONS)) {
      SqlName name = new SqlName(row.get(1), row.get(2));
      if (!wanted.test(name)) {
        continue;
      }
      relations.add(
          new Relation(
              Long.parseLong(row.get(0)),
              name,
              row.get(3),
              columns(row.get(4)),
              row.get(5),
              row.get(6),
              row.get(7)));
    }
    return relations;
  }

  /// Names may have any character but NUL in them, so they come in hexadecimal digits.
  private static List<String> columns(String hex) {
    return hex.isEmpty()
        ? List.of()
        : Stream.of(hex.split(",", -1))
            .map(name -> new String(HexFormat.of().parseHex(name), StandardCharsets.UTF_8))
            .toList();
  }

  /// @throws BackupException `PRIVILEGE_MISSING` that names what may not be read
  void requireReadable(List<Relation> relations) throws IOException {
    List<String> refused =
        relations.stream()
            .filter(relation -> relation.isTable() || relation.isSequence())
            .filter(relation -> !relation.readable().equals("t"))
            .map(relation -> relation.name().toString())
            .toList();
    if (refused.isEmpty()) {
      return;
    }
    String role = session.value("SELECT pg_catalog.quote_ident(current_user)");
    throw new BackupException(
        ErrorCode.PRIVILEGE_MISSING,
        "role "
            + role
            + " may not read "
            + refused.size()
            + " tables or sequences: "
            + refused.stream().limit(SHOWN_MAX).collect(Collectors.joining(", "))
            + (refused.size() > SHOWN_MAX ? ", …" : ""),
        "GRANT pg_read_all_data TO "
            + role
            + " (PostgreSQL 14 and newer), or GRANT SELECT on them.");
  }

  /// Everything else, of relations that are locked.
  DatabaseContents contents(List<Relation> relations) throws IOException {
    long pageBytes = Long.parseLong(session.value("SHOW block_size"));
    List<TableData> tables = new ArrayList<>();
    List<SqlName> sequences = new ArrayList<>();
    for (Relation relation : relations) {
      switch (relation.kind()) {
        case "r" -> tables.add(table(relation, pageBytes));
        case "S" -> sequences.add(relation.name());
        default -> {} // has no rows of its own
      }
    }
    return new DatabaseContents(
        session.value("SHOW server_encoding"),
        tables,
        described(relations),
        sequences(sequences),
        session.query(REFRESHED).stream().map(row -> new SqlName(row.get(0), row.get(1))).toList(),
        Long.parseLong(session.value("SELECT count(*) FROM pg_catalog.pg_largeobject_metadata")),
        DumpRemarks.of(session));
  }

  List<DumpedRelation> described(List<Relation> relations) throws IOException {
    Map<Long, List<long[]>> parts = pairs(PARTS);
    Map<Long, List<long[]>> keys = pairs(FOREIGN_KEYS);
    return relations.stream()
        .map(
            relation ->
                new DumpedRelation(
                    relation.oid(),
                    relation.kind(),
                    relation.name(),
                    parts.getOrDefault(relation.oid(), List.of()).stream()
                        .map(pair -> new DumpedRelation.ObjectId(pair[0], pair[1]))
                        .toList(),
                    keys.getOrDefault(relation.oid(), List.of()).stream()
                        .map(pair -> new DumpedRelation.ForeignKey(pair[0], pair[1]))
                        .toList()))
        .toList();
  }

  /// Lists of `a:b,c:d` by a number.
  private Map<Long, List<long[]>> pairs(String sql) throws IOException {
    Map<Long, List<long[]>> all = new HashMap<>();
    for (List<String> row : session.query(sql)) {
      List<long[]> pairs = new ArrayList<>();
      for (String pair : row.get(1).split(",", -1)) {
        int colon = pair.indexOf(':');
        pairs.add(
            new long[] {
              Long.parseLong(pair.substring(0, colon)), Long.parseLong(pair.substring(colon + 1))
            });
      }
      pairs.sort(
          Comparator.<long[]>comparingLong(pair -> pair[0]).thenComparingLong(pair -> pair[1]));
      all.put(Long.parseLong(row.getFirst()), pairs);
    }
    return all;
  }

  private TableData table(Relation relation, long pageBytes) throws IOException {
    long bytes =
        Long.parseLong(session.value("SELECT pg_catalog.pg_relation_size(" + relation.oid() + ")"));
    boolean ranges =
        session.major() >= RANGES_SINCE
            && relation.accessMethod().equals("heap")
            && relation.filter().isEmpty();
    return new TableData(
        relation.oid(),
        relation.name(),
        relation.columns(),
        relation.filter(),
        bytes,
        bytes / pageBytes,
        ranges ? TableData.Reading.RANGES : TableData.Reading.WHOLE);
  }

  List<SequenceState> sequences(List<SqlName> names) throws IOException {
    List<SequenceState> states = new ArrayList<>();
    for (int from = 0; from < names.size(); from += SEQUENCES_AT_ONCE) {
      List<SqlName> some = names.subList(from, Math.min(names.size(), from + SEQUENCES_AT_ONCE));
      StringBuilder sql = new StringBuilder();
      for (int i = 0; i < some.size(); i++) {
        sql.append(i == 0 ? "" : " UNION ALL ")
            .append("SELECT ")
            .append(i)
            .append(", last_value, is_called FROM ")
            .append(some.get(i).quoted());
      }
      for (List<String> row : session.query(sql.toString())) {
        states.add(
            new SequenceState(
                some.get(Integer.parseInt(row.get(0))),
                Long.parseLong(row.get(1)),
                row.get(2).equals("t")));
      }
    }
    return states;
  }
}
