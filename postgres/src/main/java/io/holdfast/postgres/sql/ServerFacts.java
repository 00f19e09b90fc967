package io.holdfast.postgres.sql;

import io.holdfast.postgres.Lsn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a running server says about itself, in one go.
///
/// @param settings those of interest, as `SHOW` prints them; one that is empty or that the role may
///   not see is absent
/// @param extensions of the connected database
/// @param superusers names of those that may sign in, the oldest first, not all
/// @param collations of the connected database, those whose rules have versions
public record ServerFacts(
    int versionNum,
    String version,
    long systemIdentifier,
    Map<String, String> settings,
    Role role,
    Recovery recovery,
    List<Slot> slots,
    List<Extension> extensions,
    List<Database> databases,
    List<String> superusers,
    List<Collation> collations) {
  private static final List<String> SETTINGS =
      List.of(
          "wal_level",
          "max_wal_senders",
          "max_replication_slots",
          "max_connections",
          "max_worker_processes",
          "max_prepared_transactions",
          "max_locks_per_transaction",
          "wal_segment_size",
          "block_size",
          "segment_size",
          "wal_block_size",
          "data_checksums",
          "data_directory_mode",
          "full_page_writes",
          "wal_log_hints",
          "wal_keep_size",
          "max_slot_wal_keep_size",
          "wal_sender_timeout",
          "summarize_wal",
          "shared_preload_libraries",
          "server_encoding",
          "config_file",
          "hba_file",
          "ident_file",
          "data_directory",
          "archive_mode",
          "archive_command",
          "archive_library",
          "synchronous_standby_names",
          "synchronous_commit");

  /// What the role may do.
  ///
  /// @param readsSettings whether it sees all settings, also those with paths
  /// @param readsFiles whether it may read files of the server outside the data directory
  public record Role(
      String name,
      boolean superuser,
      boolean replication,
      boolean readsSettings,
      boolean readsFiles) {}

  /// Whether the server is a standby.
  public enum Recovery {
    PRIMARY,
    STANDBY
  }

  /// A replication slot.
  ///
  /// @param type `physical` or `logical`
  /// @param walStatus `reserved`, `extended`, `unreserved`, `lost`; empty while it keeps no WAL
  /// @param safeWalBytes how much WAL can still be written before the slot may be lost; empty
  ///   without such a limit
  public record Slot(
      String name,
      String type,
      boolean active,
      Optional<Lsn> restart,
      String walStatus,
      Optional<Long> safeWalBytes) {}

  public record Extension(String name, String version) {}

  /// @param provider `c` libc, `i` ICU, `b` builtin
  /// @param collationVersion of the rules when indexes were built; empty before 15
  /// @param actualCollationVersion of the rules on the server now; empty before 15
  public record Database(
      long oid,
      String name,
      String encoding,
      String collate,
      String provider,
      String collationVersion,
      String actualCollationVersion) {}

  /// Collations whose rules have the same origin and version.
  public record Collation(String provider, String version, String actualVersion, long count) {}

  public ServerFacts {
    settings = Map.copyOf(settings);
    slots = List.copyOf(slots);
    extensions = List.copyOf(extensions);
    databases = List.copyOf(databases);
    superusers = List.copyOf(superusers);
    collations = List.copyOf(collations);
  }

  public Optional<String> setting(String name) {
    return Optional.ofNullable(settings.get(name));
  }

  public static ServerFacts read(SqlConnection sql) {
    int versionNum = Integer.parseInt(sql.value("SHOW server_version_num").orElse("0"));
    return new ServerFacts(
        versionNum,
        sql.value("SHOW server_version").orElse(""),
        sql.value("SELECT system_identifier FROM pg_control_system()")
            .map(Long::parseLong)
            .orElse(0L),
        settings(sql),
        role(sql),
        sql.value("SELECT pg_is_in_recovery()").orElse("f").equals("t")
            ? Recovery.STANDBY
            : Recovery.PRIMARY,
        slots(sql),
        sql.query("SELECT extname, extversion FROM pg_extension ORDER BY 1").stream()
            .map(row -> new Extension(row.get(0), row.get(1)))
            .toList(),
        databases(sql, versionNum),
        sql
            .query(
                "SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 20")
            .stream()
            .map(List::getFirst)
            .toList(),
        collations(sql));
  }

  private static Map<String, String> settings(SqlConnection sql) {
    Map<String, String> settings = new LinkedHashMap<>();
    // What the role may not see has no row in pg_settings.
    for (List<String> row :
        sql.query(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (string_to_array(?, ','))",
            String.join(",", SETTINGS))) {
      if (!row.get(1).isEmpty()) {
        settings.put(row.get(0), row.get(1));
      }
    }
    return settings;
  }

  private static Role role(SqlConnection sql) {
    List<String> row =
        sql.query(
                "SELECT rolname, rolsuper, rolreplication OR rolsuper,"
                    + " rolsuper OR pg_has_role(oid, 'pg_read_all_settings', 'USAGE'),"
                    + " rolsuper OR (pg_has_role(oid, 'pg_read_server_files', 'USAGE')"
                    + "   AND has_function_privilege('pg_read_file(text)', 'EXECUTE'))"
                    + " FROM pg_roles WHERE rolname = current_user")
            .getFirst();
    return new Role(
        row.get(0),
        row.get(1).equals("t"),
        row.get(2).equals("t"),
        row.get(3).equals("t"),
        row.get(4).equals("t"));
  }

  /// The slots of the cluster now.
  public static List<Slot> slots(SqlConnection sql) {
    return sql
        .query(
            "SELECT slot_name, slot_type, active, restart_lsn, wal_status, safe_wal_size"
                + " FROM pg_replication_slots ORDER BY 1")
        .stream()
        .map(
            row ->
                new Slot(
                    row.get(0),
                    row.get(1),
                    row.get(2).equals("t"),
                    some(row.get(3)).map(Lsn::parse),
                    row.get(4),
                    some(row.get(5)).map(Long::parseLong)))
        .toList();
  }

  private static List<Database> databases(SqlConnection sql, int versionNum) {
    String collation =
        versionNum >= 150_000
            ? "datlocprovider, datcollversion, pg_database_collation_actual_version(oid)"
            : "'c', '', ''";
    return sql
        .query(
            "SELECT oid, datname, pg_encoding_to_char(encoding), datcollate, "
                + collation
                + " FROM pg_database ORDER BY 1")
        .stream()
        .map(
            row ->
                new Database(
                    Long.parseLong(row.get(0)),
                    row.get(1),
                    row.get(2),
                    row.get(3),
                    row.get(4),
                    row.get(5),
                    row.get(6)))
        .toList();
  }

  private static List<Collation> collations(SqlConnection sql) {
    return sql
        .query(
            "SELECT collprovider, collversion, pg_collation_actual_version(oid), count(*)"
                + " FROM pg_collation WHERE collversion IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        .stream()
        .map(row -> new Collation(row.get(0), row.get(1), row.get(2), Long.parseLong(row.get(3))))
        .toList();
  }

  private static Optional<String> some(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /// Where the server's WAL ends.
  public static Lsn currentLsn(SqlConnection sql) {
    return Lsn.parse(
        sql.value(
                "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
                    + " ELSE pg_current_wal_lsn() END")
            .orElse("0/0"));
  }
}
