package io.holdfast.postgres.sql;

import io.holdfast.postgres.Lsn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a running server says about itself, in one go.
///
/// @param settings those of interest, as `SHOW` prints them; one that the role may not see is
///   absent
public record ServerFacts(
    int versionNum,
    String version,
    Map<String, String> settings,
    Role role,
    Recovery recovery,
    List<Slot> slots,
    List<Extension> extensions,
    List<Database> databases,
    List<String> superusers) {
  private static final List<String> SETTINGS =
      List.of(
          "wal_level",
          "max_wal_senders",
          "max_replication_slots",
          "wal_segment_size",
          "block_size",
          "segment_size",
          "wal_block_size",
          "data_checksums",
          "full_page_writes",
          "wal_keep_size",
          "max_slot_wal_keep_size",
          "shared_preload_libraries",
          "server_encoding",
          "config_file",
          "hba_file",
          "ident_file",
          "data_directory",
          "archive_mode",
          "archive_command",
          "synchronous_standby_names");

  /// What the role may do.
  public record Role(String name, boolean superuser, boolean replication) {}

  /// Whether the server is a standby.
  public enum Recovery {
    PRIMARY,
    STANDBY
  }

  /// A replication slot.
  public record Slot(
      String name,
      String type,
      boolean active,
      Optional<Lsn> restart,
      String walStatus,
      Optional<Long> safeWalBytes) {}

  public record Extension(String name, String version) {}

  public record Database(
      long oid, String name, String encoding, String collate, String collationVersion) {}

  public ServerFacts {
    settings = Map.copyOf(settings);
    slots = List.copyOf(slots);
    extensions = List.copyOf(extensions);
    databases = List.copyOf(databases);
    superusers = List.copyOf(superusers);
  }

  public Optional<String> setting(String name) {
    return Optional.ofNullable(settings.get(name));
  }

  public static ServerFacts read(SqlConnection sql) {
    int versionNum = Integer.parseInt(sql.value("SHOW server_version_num").orElse("0"));
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name : SETTINGS) {
      sql.valueIfAllowed("SELECT current_setting(?, true)", name)
          .filter(value -> !value.isEmpty())
          .ifPresent(value -> settings.put(name, value));
    }
    return new ServerFacts(
        versionNum,
        sql.value("SHOW server_version").orElse(""),
        settings,
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
            .toList());
  }

  private static Role role(SqlConnection sql) {
    List<String> row =
        sql.query(
                "SELECT rolname, rolsuper, rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user")
            .getFirst();
    return new Role(row.get(0), row.get(1).equals("t"), row.get(2).equals("t"));
  }

  /// The slots of the cluster now.
  public static List<Slot> slots(SqlConnection sql) {
    List<Slot> slots = new ArrayList<>();
    for (List<String> row :
        sql.query(
            "SELECT slot_name, slot_type, active, restart_lsn, wal_status, safe_wal_size"
                + " FROM pg_replication_slots ORDER BY 1")) {
      slots.add(
          new Slot(
              row.get(0),
              row.get(1),
              row.get(2).equals("t"),
              row.get(3).isEmpty() ? Optional.empty() : Optional.of(Lsn.parse(row.get(3))),
              row.get(4),
              row.get(5).isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(row.get(5)))));
    }
    return slots;
  }

  private static List<Database> databases(SqlConnection sql, int versionNum) {
    String version = versionNum >= 150_000 ? "coalesce(datcollversion, '')" : "''";
    return sql
        .query(
            "SELECT oid, datname, pg_encoding_to_char(encoding), datcollate, "
                + version
                + " FROM pg_database ORDER BY 1")
        .stream()
        .map(
            row ->
                new Database(
                    Long.parseLong(row.get(0)), row.get(1), row.get(2), row.get(3), row.get(4)))
        .toList();
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
