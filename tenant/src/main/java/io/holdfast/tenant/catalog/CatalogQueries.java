package io.holdfast.tenant.catalog;

/// What is asked. All names of the system are found with an empty search path.
final class CatalogQueries {
  private static final String USER_TABLES =
      " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"
          + " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
          + " AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass"
          + " AND e.objid = c.oid AND e.deptype = 'e')";

  static final String SERVER =
      "SELECT current_setting('server_version_num'), current_user,"
          + " coalesce((SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r"
          + " WHERE r.rolname = current_user), false)";

  static final String TABLES =
      "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relhassubclass, c.relrowsecurity,"
          + " c.relforcerowsecurity, row_security_active(c.oid), c.reltuples::bigint,"
          + " c.relpages::bigint * current_setting('block_size')::bigint,"
          + " (SELECT i.inhparent FROM pg_inherits i WHERE c.relispartition AND i.inhrelid = c.oid"
          + " LIMIT 1)"
          + USER_TABLES
          + " ORDER BY c.oid";

  static final String COLUMNS =
      "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
          + " a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)"
          + " FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid"
          + " AND d.adnum = a.attnum"
          + " WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (SELECT c.oid"
          + USER_TABLES
          + ") ORDER BY a.attrelid, a.attnum";

  /// Types whose `=` an empty search path does not find, such as those of extensions.
  static final String OWN_EQUALITY =
      "SELECT DISTINCT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
          + " JOIN LATERAL (WITH RECURSIVE b AS (SELECT t.oid, t.typbasetype FROM pg_type t"
          + " WHERE t.oid = a.atttypid UNION ALL SELECT t.oid, t.typbasetype FROM pg_type t"
          + " JOIN b ON t.oid = b.typbasetype) SELECT b.oid FROM b WHERE b.typbasetype = 0) base"
          + " ON true JOIN pg_opclass o ON o.opcintype = base.oid AND o.opcdefault"
          + " JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'"
          + " JOIN pg_amop p ON p.amopfamily = o.opcfamily AND p.amoplefttype = o.opcintype"
          + " AND p.amoprighttype = o.opcintype AND p.amopstrategy = 3"
          + " JOIN pg_operator q ON q.oid = p.amopopr"
          + " AND q.oprnamespace <> 'pg_catalog'::regnamespace"
          + " WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (SELECT c.oid"
          + USER_TABLES
          + ")";

  /// First those that a default is drawn from, then those that a column owns.
  static final String SEQUENCES =
      "SELECT f.adrelid, f.adnum, n.nspname, s.relname, 1 AS place"
          + " FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass"
          + " AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass"
          + " JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'"
          + " JOIN pg_namespace n ON n.oid = s.relnamespace"
          + " WHERE pg_get_expr(f.adbin, f.adrelid) ~ '^nextval[(]''[^'']+''::regclass[)]$'"
          + " UNION ALL SELECT d.refobjid, d.refobjsubid, n.nspname, s.relname, 2"
          + " FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
          + " JOIN pg_namespace n ON n.oid = s.relnamespace"
          + " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
          + " AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 ORDER BY 1, 2, 5, 3, 4";

  /// One row for each column of an index.
  static final String INDEXES =
      "SELECT i.indrelid, x.relname, i.indisprimary, i.indisunique, i.indimmediate, i.indnkeyatts,"
          + " a.attname"
          + " FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
          + " CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)"
          + " LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
          + " AND k.number > 0"
          + " WHERE i.indisvalid AND i.indislive AND i.indpred IS NULL AND k.place <= i.indnkeyatts"
          + " AND i.indrelid IN (SELECT c.oid"
          + USER_TABLES
          + ") ORDER BY i.indrelid, x.relname, k.place";

  /// One row for each pair of columns. Keys that the server made for partitions are left out.
  static final String FOREIGN_KEYS =
      "SELECT f.conrelid, f.oid, f.conname, tn.nspname, t.relname, f.confmatchtype, f.confdeltype,"
          + " f.confupdtype, f.condeferrable, f.condeferred, a.attname, b.attname"
          + " FROM pg_constraint f JOIN pg_class t ON t.oid = f.confrelid"
          + " JOIN pg_namespace tn ON tn.oid = t.relnamespace"
          + " CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k(own, other, place)"
          + " JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.own"
          + " JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.other"
          + " WHERE f.contype = 'f' AND f.conparentid = 0 ORDER BY f.conrelid, f.conname, f.oid, k.place";

  static final String TRIGGERS =
      "SELECT t.tgrelid, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t"
          + " WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'D'"
          + " ORDER BY t.tgrelid, t.tgname";

  private CatalogQueries() {}
}
