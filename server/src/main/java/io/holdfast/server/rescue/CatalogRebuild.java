package io.holdfast.server.rescue;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.catalog.SavedCatalog;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.catalog.CatalogConnections;
import io.holdfast.server.catalog.CatalogJson;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Makes a catalog anew from a saved one: tables as they were then, the rows, and then what newer
/// programs changed of the tables. Nothing that somebody uses is written over: the database must be
/// empty, or one that nobody has set up yet.
///
/// All rows come in one transaction; a crash before its end leaves a catalog that nobody has set
/// up, and this can be done again.
public final class CatalogRebuild {
  private static final String ACTION = "catalog.rebuild";
  private static final String ACTOR = "holdfast";

  /// What an untouched catalog may have that no saved one brings.
  private static final List<String> OF_THE_NEW_ONE =
      List.of("runs", "incidents", "notices", "downloads", "setup");

  private final DataSource database;
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final CatalogJson json;

  public CatalogRebuild(DataSource database, CatalogJson json) {
    this.database = database;
    this.jdbc = JdbcClient.create(database);
    this.transactions = new TransactionTemplate(new DataSourceTransactionManager(database));
    this.json = json;
  }

  /// The one that a person most likely means: the newest of the only catalog that somebody used.
  ///
  /// @param named an id or a name; empty for that
  /// @throws BackupException `BACKUP_NOT_FOUND`; `BAD_ARGUMENT` if several catalogs were saved here
  public static SavedCatalog choose(List<SavedCatalog> saved, Optional<String> named) {
    if (named.isPresent()) {
      return saved.stream()
          .filter(it -> it.id().equals(named.get()) || it.name().equals(named.get()))
          .reduce((_, newer) -> newer)
          .orElseThrow(
              () ->
                  new BackupException(
                      ErrorCode.BACKUP_NOT_FOUND,
                      "there is no saved catalog " + Quoted.of(named.get()),
                      "'holdfast catalog list' shows those of this repository."));
    }
    Map<String, SavedCatalog> newest = new HashMap<>();
    saved.stream()
        .filter(it -> saved.stream().noneMatch(Facts::isUsed) || Facts.isUsed(it))
        .forEach(it -> newest.put(it.lineage(), it));
    if (newest.size() > 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          newest.size() + " different catalogs were saved in this repository",
          "Choose one of 'holdfast catalog list' with --from.");
    }
    return newest.values().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "no catalog was saved in this repository",
                    "A server saves its own in the repository of its first source."));
  }

  /// Requires what [#run] does, as far as it shows without writing.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the database is somebody's, or the saved catalog is
  ///   of a newer program
  public void requirePossible(SavedCatalog saved) {
    String version = tables(saved);
    if (Arrays.stream(flyway(Optional.empty()).info().all())
        .map(MigrationInfo::getVersion)
        .noneMatch(known -> known != null && known.getVersion().equals(version))) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          saved.name() + " was saved by a newer Holdfast: its tables are of version " + version,
          "Rebuild it with that version or a newer one.");
    }
    if (!isThere("flyway_schema_history")) {
      requireEmpty();
      return;
    }
    requireUntouched();
    requireNobodyWorks();
    String present = versionOfTables();
    if (!present.equals(version)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the database has a catalog already whose tables are of version "
              + present
              + ", and those of the saved one are of version "
              + version,
          emptyOne());
    }
  }

  private static String tables(SavedCatalog saved) {
    return Facts.tables(saved)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.OBJECT_CORRUPT,
                    saved.name() + " does not say of which version its tables are",
                    "Choose another one of 'holdfast catalog list' with --from."));
  }

  private void requireEmpty() {
    long there =
        jdbc.sql(
                "SELECT count(*) FROM pg_catalog.pg_class"
                    + " WHERE relnamespace = current_schema()::regnamespace")
            .query(Long.class)
            .single();
    if (there > 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the database has " + there + " tables and other things that are not Holdfast's",
          emptyOne());
    }
  }

  private void requireUntouched() {
    for (String table : List.of("users", "account_settings", "audit")) {
      long rows =
          isThere(table) ? jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single() : 0;
      if (rows > 0) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "the database has a catalog that is in use: its table "
                + table
                + " has "
                + rows
                + " rows",
            emptyOne());
      }
    }
  }

  private static String emptyOne() {
    return "Name an empty database with CATALOG_URL, or move the directory of the embedded one away"
        + " ('catalog' in the directory of --data). Nothing was changed.";
  }

  private void requireNobodyWorks() {
    long others =
        jdbc.sql(
                "SELECT count(*) FROM pg_catalog.pg_stat_activity"
                    + " WHERE application_name = :name AND datname = current_database()")
            .param("name", CatalogConnections.OF_SERVER)
            .query(Long.class)
            .single();
    if (others > 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a server works with this catalog (" + others + " connections)",
          "Stop 'holdfast serve' on all nodes first.");
    }
  }

  private boolean isThere(String table) {
    return jdbc.sql("SELECT to_regclass(:table) IS NOT NULL")
        .param("table", table)
        .query(Boolean.class)
        .single();
  }

  private String versionOfTables() {
    return jdbc.sql(
            "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL"
                + " ORDER BY installed_rank DESC LIMIT 1")
        .query(String.class)
        .single();
  }

  private Flyway flyway(Optional<String> version) {
    var configuration = Flyway.configure().dataSource(database).cleanDisabled(true);
    version.ifPresent(configuration::target);
    return configuration.load();
  }

  /// Rebuilds it.
  ///
  /// @return how many rows each table got
  public Map<String, Long> run(Holdfast holdfast, SavedCatalog saved) {
    requirePossible(saved);
    var _ = flyway(Optional.of(tables(saved))).migrate();
    Map<String, Long> rows = new HashMap<>();
    transactions.executeWithoutResult(
        _ -> {
          OF_THE_NEW_ONE.forEach(this::empty);
          SavedTables.SAVED.reversed().forEach(it -> empty(it.table()));
          SavedRows loading = new SavedRows(jdbc);
          holdfast
              .catalogs()
              .read(
                  saved.id(),
                  parts -> SavedTables.inOrder(parts, saved.name()),
                  (table, in) -> rows.put(table, loading.load(table, in)));
          goOnAs(saved);
        });
    var _ = flyway(Optional.empty()).migrate();
    new Audit(jdbc, transactions, json).record(ACTOR, ACTION, saved.name(), Map.of());
    return rows;
  }

  private void empty(String table) {
    if (isThere(table)) {
      int _ = jdbc.sql("DELETE FROM " + table).update();
    }
  }

  /// Under its own name: what is saved later follows what was saved before.
  private void goOnAs(SavedCatalog saved) {
    int _ =
        jdbc.sql("UPDATE catalog_identity SET id = :id::uuid, saved_at = NULL, saved_as = NULL")
            .param("id", saved.lineage())
            .update();
  }
}
