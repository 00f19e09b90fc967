package io.holdfast.server.rescue;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Which tables of the catalog are saved. A table is in one list or in the other: a test sees to
/// it, so that no new one is forgotten.
final class SavedTables {
  /// In an order in which rows find what they refer to.
  static final List<Saved> SAVED =
      List.of(
          new Saved("users", "id"),
          new Saved("api_tokens", "id"),
          new Saved("accounts", "id"),
          new Saved("account_settings", "account"),
          new Saved("account_schedules", "account"),
          new Saved("account_templates", "id"),
          new Saved("schedules", "name"),
          new Saved("scheduling", "one"),
          new Saved("last_successes", "source, kind"),
          new Saved("storage_days", "day, repository"),
          // What the repository does not say: the rest comes back from its own list.
          new Saved(
              "backups",
              "id",
              "user_id IS NOT NULL OR verified_at IS NOT NULL OR restore_count > 0 OR damaged"),
          new Saved("backup_shares", "id"),
          new Saved("audit", "number"));

  /// Tables that a new catalog fills by itself, or whose rows mean nothing without what was lost.
  static final Set<String> REMADE =
      Set.of(
          "flyway_schema_history",
          "catalog_identity",
          "definition_changes",
          // Whoever has no users is asked to set it up anew.
          "setup",
          // Work that was queued or ran, and what was told of it: schedules go on, incidents that
          // last are found again.
          "runs",
          "run_log",
          "incidents",
          "account_failures",
          // Looked at again within a minute.
          "repository_looks",
          "notices",
          "deliveries",
          // Links for minutes.
          "downloads");

  private SavedTables() {}

  /// The tables of a saved catalog in an order in which they can be filled. One that was saved
  /// before a table was known lacks it.
  ///
  /// @param name of the saved catalog
  /// @throws BackupException `OBJECT_CORRUPT` if there is one that nobody knows
  static List<String> inOrder(List<String> parts, String name) {
    Set<String> unknown = new TreeSet<>(parts);
    List<String> tables = SAVED.stream().map(Saved::table).filter(unknown::remove).toList();
    if (!unknown.isEmpty()) {
      throw new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          name + " has tables that nobody knows: " + String.join(", ", unknown),
          "It was saved by another version of Holdfast; rebuild it with that one.");
    }
    return tables;
  }

  /// A table that is saved.
  ///
  /// @param order its key
  /// @param where which rows
  record Saved(String table, String order, String where) {
    Saved(String table, String order) {
      this(table, order, "true");
    }

    /// Each row as a line of JSON.
    String query() {
      return "SELECT to_jsonb(t)::text FROM " + table + " t WHERE " + where + " ORDER BY " + order;
    }
  }
}
