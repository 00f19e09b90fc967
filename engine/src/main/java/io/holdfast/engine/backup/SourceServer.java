package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.wal.WalSizes;
import io.holdfast.postgres.sql.OutsideConfiguration;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The server that is backed up, as it describes itself before anything begins; unsuitable ones are
/// refused here with a reason.
///
/// @param clusterBytes about how much will be copied
/// @param remarks facts that a restore will want to know, by name
public record SourceServer(
    ConnectionUrl url,
    ConnectionUrl directUrl,
    ServerFacts facts,
    OutsideConfiguration configuration,
    long clusterBytes,
    SortedMap<String, String> remarks,
    List<String> warnings) {
  private static final int OLDEST_MAJOR = 13;
  private static final int NEWEST_MAJOR = 18;
  private static final String APPLICATION = "holdfast";

  public SourceServer {
    warnings = List.copyOf(warnings);
  }

  /// Asks the server and refuses what cannot work.
  public static SourceServer inspect(Settings settings) {
    SourceServer server = look(settings);
    List<BackupException> problems = problems(server.facts());
    if (!problems.isEmpty()) {
      throw problems.getFirst();
    }
    return server;
  }

  /// Asks the server, whether it is suitable or not.
  public static SourceServer look(Settings settings) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireUrl());
    ConnectionUrl direct = ConnectionUrl.parse(settings.requireDirectUrl());
    if (direct.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          direct + " is the address of a connection pooler",
          "Replication cannot pass a pooler: put the server's own address into DIRECT_URL or --direct-url.");
    }
    try (SqlConnection sql = SqlConnection.open(direct, APPLICATION)) {
      ServerFacts facts = ServerFacts.read(sql);
      OutsideConfiguration configuration = OutsideConfiguration.read(sql, facts);
      long bytes =
          sql.valueIfAllowed(
                  "SELECT sum(pg_database_size(oid)) FROM pg_database WHERE datallowconn")
              .filter(text -> !text.isEmpty())
              .map(Long::parseLong)
              .orElse(0L);
      return new SourceServer(
          url, direct, facts, configuration, bytes, remarks(facts), warnings(facts, configuration));
    }
  }

  /// Everything for which a backup of such a server is refused.
  public static List<BackupException> problems(ServerFacts facts) {
    List<BackupException> problems = new ArrayList<>();
    int major = facts.versionNum() / 10_000;
    if (major < OLDEST_MAJOR || major > NEWEST_MAJOR) {
      problems.add(
          new BackupException(
              ErrorCode.SERVER_VERSION_UNSUPPORTED,
              "the server is PostgreSQL " + facts.version() + "; 13 to 18 are supported",
              "Upgrade the server, or use a version of Holdfast that supports it."));
    }
    if (!facts.role().replication()) {
      problems.add(
          new BackupException(
              ErrorCode.PRIVILEGE_MISSING,
              "role " + facts.role().name() + " may not replicate",
              "ALTER ROLE \""
                  + facts.role().name().replace("\"", "\"\"")
                  + "\" REPLICATION; and add a line for replication to pg_hba.conf."));
    }
    if (facts.setting("wal_level").orElse("").equals("minimal")) {
      problems.add(
          new BackupException(
              ErrorCode.SERVER_SETTING_UNSUITABLE,
              "wal_level is minimal, so a running cluster cannot be backed up",
              "Set wal_level = replica in the server and restart it."));
    }
    tooSmall(facts, "max_wal_senders", 2).ifPresent(problems::add);
    tooSmall(facts, "max_replication_slots", 1).ifPresent(problems::add);
    return problems;
  }

  private static Optional<BackupException> tooSmall(
      ServerFacts facts, String setting, int minimum) {
    int value = Integer.parseInt(facts.setting(setting).orElse(Integer.toString(minimum)));
    return value >= minimum
        ? Optional.empty()
        : Optional.of(
            new BackupException(
                ErrorCode.SERVER_SETTING_UNSUITABLE,
                setting + " is " + value + ", and a backup needs " + minimum,
                "Set "
                    + setting
                    + " to at least "
                    + (minimum + 2)
                    + " in the server and restart it."));
  }

  private static SortedMap<String, String> remarks(ServerFacts facts) {
    var remarks = new TreeMap<String, String>();
    remarks.put(
        "extensions",
        facts.extensions().stream()
            .map(extension -> extension.name() + " " + extension.version())
            .collect(Collectors.joining(", ")));
    facts
        .setting("shared_preload_libraries")
        .ifPresent(value -> remarks.put("preload libraries", value));
    facts.setting("data_directory").ifPresent(value -> remarks.put("data directory", value));
    remarks.put(
        "databases",
        facts.databases().stream()
            .map(
                d ->
                    d.name()
                        + " ("
                        + d.encoding()
                        + " "
                        + d.collate()
                        + (d.collationVersion().isEmpty() ? "" : " " + d.collationVersion())
                        + ")")
            .limit(200)
            .collect(Collectors.joining(", ")));
    remarks.put("superusers", String.join(", ", facts.superusers()));
    remarks.values().removeIf(String::isEmpty);
    return remarks;
  }

  private static List<String> warnings(ServerFacts facts, OutsideConfiguration configuration) {
    var warnings = new ArrayList<String>();
    if (!facts.setting("data_checksums").orElse("off").equals("on")) {
      warnings.add("the cluster has no page checksums, so damage by its disk cannot be seen");
    }
    if (configuration.origin() == OutsideConfiguration.Origin.SETTINGS) {
      warnings.add(
          "the role may not read the configuration outside the data directory, so postgresql.conf was written from pg_settings and pg_hba.conf is not saved"
              + " (GRANT EXECUTE ON FUNCTION pg_read_file(text) TO the role)");
    }
    return warnings;
  }

  public int pageBytes() {
    return Integer.parseInt(facts.setting("block_size").orElse("8192"));
  }

  /// How many pages one file of a relation has at most.
  public int blocksPerSegment() {
    return relationSegmentBytes() / pageBytes();
  }

  public int relationSegmentBytes() {
    return (int) WalSizes.bytes(facts.setting("segment_size").orElse("1GB"));
  }

  public int walSegmentBytes() {
    return (int) WalSizes.bytes(facts.setting("wal_segment_size").orElse("16MB"));
  }

  public boolean pageChecksums() {
    return facts.setting("data_checksums").orElse("off").equals("on");
  }
}
