package io.holdfast.server.backup;

import io.holdfast.server.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Asks the table of backups.
public final class BackupTable {
  private final JdbcClient jdbc;

  public BackupTable(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// Which backups; `FILES` are left out unless they are asked for.
  public enum Files {
    LEFT_OUT,
    INCLUDED
  }

  /// All but those of accounts, newest first.
  public Page<BackupEntry> ofInstance(Files files, Page.Window window) {
    String where =
        "user_id IS NULL AND kind <> 'tenant'"
            + switch (files) {
              case LEFT_OUT -> " AND kind <> 'files'";
              case INCLUDED -> "";
            };
    List<BackupEntry> entries =
        jdbc.sql(
                "SELECT * FROM backups WHERE "
                    + where
                    + " ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset")
            .param("limit", window.limit())
            .param("offset", window.offset())
            .query((row, _) -> entry(row))
            .list();
    long total = jdbc.sql("SELECT count(*) FROM backups WHERE " + where).query(Long.class).single();
    return Page.of(entries, total, window);
  }

  /// Those of accounts are not there.
  Optional<BackupEntry> findOfInstance(String id) {
    return jdbc.sql("SELECT * FROM backups WHERE id = :id AND user_id IS NULL AND kind <> 'tenant'")
        .param("id", id)
        .query((row, _) -> entry(row))
        .optional();
  }

  public Optional<BackupEntry> find(String id) {
    return jdbc.sql("SELECT * FROM backups WHERE id = :id")
        .param("id", id)
        .query((row, _) -> entry(row))
        .optional();
  }

  private static BackupEntry entry(ResultSet row) throws SQLException {
    return new BackupEntry(
        row.getString("id"),
        row.getString("source"),
        row.getString("kind"),
        row.getString("type"),
        row.getString("scope"),
        Optional.ofNullable(row.getString("scope_id")),
        row.getLong("size"),
        row.getLong("stored_bytes"),
        row.getString("checksum"),
        row.getString("repository") + "#" + row.getString("snapshot"),
        row.getString("status"),
        row.getBoolean("damaged"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        time(row, "completed_at"),
        time(row, "verified_at"),
        time(row, "last_restored_at"),
        row.getInt("restore_count"));
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
