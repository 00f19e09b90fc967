package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.closure.NamesOfOthers;
import java.util.List;

/// Large objects of one column. They have numbers of their own in each database: what points to one
/// that is there with other content is changed to a new number. What is there is never changed.
///
/// The temporary table has the number in the backup, the hash of the content, the number now, and
/// whether the object had to be made.
record ObjectGroup(int number, String name, StagedTable staged, String column) {
  String table() {
    return "pg_temp.hf_objects_" + number;
  }

  String create() {
    return "CREATE TEMP TABLE hf_objects_"
        + number
        + " (number pg_catalog.oid PRIMARY KEY, hash pg_catalog.text NOT NULL, now pg_catalog.oid NOT"
        + " NULL, made boolean NOT NULL) ON COMMIT DROP";
  }

  String copyIn() {
    return "COPY " + table() + " FROM STDIN (ENCODING 'UTF8')";
  }

  /// Makes what is not there, still empty: with its number if that is free, and nobody else names
  /// it, who would find there what is not theirs. Those with numbers of their own come first, so
  /// that no other gets one of these.
  List<String> make(NamesOfOthers others) {
    String missing = "SELECT x.number FROM " + table() + " x WHERE x.made";
    String taken =
        "(EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid = o.number) OR"
            + " o.number::pg_catalog.int8 IN ("
            + others.largeObjects(missing)
            + "))";
    String set = "UPDATE " + table() + " o SET now = ";
    return List.of(
        set + "0 WHERE o.made AND " + taken,
        set + "pg_catalog.lo_create(o.number) WHERE o.made AND o.now <> 0",
        set + "pg_catalog.lo_create(0) WHERE o.made AND o.now = 0");
  }

  /// Points the backup's rows to the numbers of now.
  String rewrite() {
    return "UPDATE "
        + staged.stage()
        + " s SET "
        + quoted(column)
        + " = o.now FROM "
        + table()
        + " o WHERE "
        + StagedTable.column("s", column)
        + " = o.number AND o.now <> o.number";
  }

  /// For a copy: rows whose objects the backup lacks have none, rather than somebody else's.
  String detach() {
    return "WITH gone AS (UPDATE "
        + staged.stage()
        + " s SET "
        + quoted(column)
        + " = NULL WHERE "
        + StagedTable.column("s", column)
        + " IS NOT NULL AND NOT EXISTS (SELECT FROM "
        + table()
        + " o WHERE o.now = "
        + StagedTable.column("s", column)
        + ") RETURNING 1) SELECT pg_catalog.count(*) FROM gone";
  }

  /// Whether a row of the state afterwards has the object.
  private String needed() {
    return "(EXISTS (SELECT FROM "
        + staged.stage()
        + " s WHERE s."
        + StagedTable.WRITE
        + " AND "
        + StagedTable.column("s", column)
        + " = o.now) OR (o.now = o.number AND EXISTS (SELECT FROM "
        + staged.table().fromSql()
        + " t JOIN "
        + staged.scope()
        + " k ON "
        + staged.sameKey("k", "t")
        + " WHERE "
        + StagedTable.column("t", column)
        + " = o.number)))";
  }

  /// How many have to be filled, and a hash of which these are.
  String planned() {
    return "SELECT pg_catalog.count(*), pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
        + "coalesce(pg_catalog.string_agg(o.number || ' ' || o.hash, ',' ORDER BY o.number), ''),"
        + " 'UTF8')), 'hex') FROM "
        + table()
        + " o WHERE o.made AND "
        + needed();
  }

  /// The numbers of those that have to be filled: in the backup, and now.
  String wanted() {
    return "SELECT o.number, o.now FROM " + table() + " o WHERE o.made AND " + needed();
  }

  /// Takes back those that nobody needs.
  String discard() {
    return "SELECT pg_catalog.lo_unlink(o.now) FROM "
        + table()
        + " o WHERE o.made AND NOT "
        + needed();
  }
}
