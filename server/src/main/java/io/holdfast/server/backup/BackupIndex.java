package io.holdfast.server.backup;

import io.holdfast.engine.BackupSummary;
import io.holdfast.engine.Backups;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.server.access.Accounts;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.source.Applications;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// The table of backups, which follows the repositories: what somebody else backed up or forgot is
/// seen at the next look. Ids are the names of backups; where two have one name, the later seen one
/// gets its permanent id behind it.
public final class BackupIndex {
  private static final Logger LOG = LoggerFactory.getLogger(BackupIndex.class);

  private static final String FULL = Applications.FULL;

  /// What files that leave the repository are sealed with.
  private static final String FILE_CIPHER = "AES-256-GCM";

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final CatalogJson json;
  private final Accounts accounts;

  public BackupIndex(
      JdbcClient jdbc, TransactionOperations transactions, CatalogJson json, Accounts accounts) {
    this.accounts = accounts;
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.json = json;
  }

  /// Makes the table say what a repository holds. A repository whose list may be incomplete takes
  /// nothing away from the table.
  public void bringUpToDate(Holdfast holdfast) {
    String repository = holdfast.id();
    var _ =
        transactions.execute(
            _ -> {
              // Listings are applied in the order in which they were made.
              var _ =
                  jdbc.sql(
                          "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))) l")
                      .param("id", "backups of " + repository)
                      .query(Integer.class)
                      .single();
              Backups.Listing listing = holdfast.snapshots().list();
              List<BackupSummary> there = listing.summaries();
              Set<String> known = known(repository);
              there.stream()
                  .filter(backup -> !known.contains(backup.id()))
                  .forEach(backup -> add(repository, backup));
              if (listing.warnings().isEmpty()) {
                Set<String> gone = new HashSet<>(known);
                there.forEach(backup -> gone.remove(backup.id()));
                gone.forEach(snapshot -> remove(repository, snapshot));
              } else {
                LOG.warn("the list of {} may be incomplete: {}", holdfast, listing.warnings());
              }
              return true;
            });
  }

  /// Backups were read back and are sound.
  public void verified(Holdfast holdfast, List<String> names) {
    for (String name : names) {
      int _ =
          jdbc.sql(
                  "UPDATE backups SET verified_at = catalog_now() WHERE repository = :repository"
                      + " AND (id = :id OR snapshot = :id)")
              .param("repository", holdfast.id())
              .param("id", name)
              .update();
    }
  }

  private Set<String> known(String repository) {
    return jdbc.sql("SELECT snapshot FROM backups WHERE repository = :repository")
        .param("repository", repository)
        .query((row, _) -> row.getString(1))
        .set();
  }

  private void add(String repository, BackupSummary backup) {
    if (insert(repository, backup, backup.name()) == 0) {
      int _ = insert(repository, backup, backup.name() + "." + backup.id());
    }
  }

  private int insert(String repository, BackupSummary backup, String id) {
    Optional<AccountLabels> labels = AccountLabels.in(backup.attributes());
    boolean ofTenant = labels.isPresent() || backup.kind().equals("tenant");
    String scope =
        labels
            .map(AccountLabels::scope)
            .orElseGet(() -> ofTenant ? backup.attributes().getOrDefault("scope", FULL) : FULL);
    return jdbc.sql(
            """
            INSERT INTO backups (id, user_id, repository, snapshot, source, kind, type, scope,
                   scope_id, size, stored_bytes, checksum, encrypted_with, includes_audio,
                   includes_documents, metadata, status, damaged, created_at, completed_at)
            VALUES (:id, :user, :repository, :snapshot, :source, :kind, :type, :scope, :scopeId,
                   :size, :stored, :checksum, :encrypted, :audio, :documents, :metadata::jsonb,
                   'completed', :damaged, :created, :completed)
            ON CONFLICT DO NOTHING
            """)
        .param("id", id)
        .param("user", labels.map(this::account).orElse(null))
        .param("repository", repository)
        .param("snapshot", backup.id())
        .param("source", backup.source())
        .param("kind", backup.kind())
        .param("type", labels.isPresent() ? scope : backup.type())
        .param("scope", scope)
        .param("scopeId", ofTenant ? backup.attributes().get("scopeId") : null)
        .param("size", backup.logicalBytes())
        .param("stored", backup.storedBytes())
        .param("checksum", backup.checksum())
        .param("encrypted", labels.filter(AccountLabels::sealed).map(_ -> FILE_CIPHER).orElse(null))
        .param("audio", labels.filter(AccountLabels::audio).isPresent())
        .param("documents", labels.filter(it -> !it.documents()).isEmpty())
        .param("metadata", json.text(backup.attributes()))
        .param("damaged", backup.condition() == BackupSummary.Condition.DAMAGED)
        .param("created", backup.startedAt().atOffset(ZoneOffset.UTC))
        .param("completed", backup.completedAt().atOffset(ZoneOffset.UTC))
        .update();
  }

  /// Known again in a catalog that was made anew; the tier comes with the application's next token.
  private UUID account(AccountLabels labels) {
    return accounts.known(labels.application(), labels.account());
  }

  /// The id that the catalog has for a backup.
  public String idOf(Holdfast holdfast, String snapshot) {
    return jdbc.sql(
            "SELECT id FROM backups WHERE repository = :repository AND snapshot = :snapshot")
        .param("repository", holdfast.id())
        .param("snapshot", snapshot)
        .query(String.class)
        .optional()
        .orElse(snapshot);
  }

  /// Something came back from a backup.
  ///
  /// @param id in the catalog
  public void restored(String id) {
    var _ =
        jdbc.sql("SELECT 1 FROM (SELECT record_backup_restore(:id)) AS done")
            .param("id", id)
            .query(Integer.class)
            .single();
  }

  private void remove(String repository, String snapshot) {
    int _ =
        jdbc.sql("DELETE FROM backups WHERE repository = :repository AND snapshot = :snapshot")
            .param("repository", repository)
            .param("snapshot", snapshot)
            .update();
  }
}
