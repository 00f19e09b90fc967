package io.holdfast.server.rescue;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.catalog.CatalogBackup;
import io.holdfast.engine.catalog.SavedCatalog;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Saves the catalog in the repository when a definition changed, soon but not at every change, and
/// once a day in any case. One node does it; what it saves is one snapshot of the database.
///
/// A crash at any moment leaves the changes marked as not saved, so that they are saved again.
public final class CatalogSaver {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogSaver.class);

  /// Between two saves, so that a thousand changes do not make a thousand snapshots.
  public static final Duration BETWEEN = Duration.ofMinutes(1);

  /// Of the lock of the node that saves.
  private static final long LOCK = 0x686f6c6463617461L;

  private static final int ROWS_AT_ONCE = 500;

  private final JdbcClient jdbc;
  private final TransactionOperations reading;
  private final Optional<Holdfast> place;
  private final Duration between;

  /// @param reading transactions that see one snapshot of the database (`REPEATABLE READ`)
  /// @param place where it is saved; empty for nowhere
  /// @param between how long after a save the next one is at the earliest
  public CatalogSaver(
      JdbcClient jdbc, TransactionOperations reading, Optional<Holdfast> place, Duration between) {
    this.jdbc = jdbc;
    this.reading = reading;
    this.place = place;
    this.between = between;
  }

  /// What was saved, and which transactions it has.
  private record Done(SavedCatalog saved, String snapshot) {}

  /// Saves if it is time.
  ///
  /// @throws io.holdfast.base.BackupException if the repository does not take it
  public void look() {
    if (place.isPresent() && isDue()) {
      Optional<Done> done =
          Optional.ofNullable(reading.execute(_ -> saveAlone(place.get()))).flatMap(it -> it);
      done.ifPresent(it -> finish(place.get(), it));
    }
  }

  private boolean isDue() {
    return jdbc.sql(
            """
            SELECT CASE WHEN saved_at IS NULL THEN
                     -- One that nobody used yet is worth nothing.
                     EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM accounts)
                   ELSE
                     saved_at <= catalog_now() - interval '1 day'
                     OR EXISTS (SELECT FROM definition_changes)
                        AND saved_at <= catalog_now() - :between * interval '1 millisecond'
                   END
              FROM catalog_identity
            """)
        .param("between", between.toMillis())
        .query(Boolean.class)
        .single();
  }

  private Optional<Done> saveAlone(Holdfast holdfast) {
    boolean alone =
        jdbc.sql("SELECT pg_try_advisory_xact_lock(:lock)")
            .param("lock", LOCK)
            .query(Boolean.class)
            .single();
    if (!alone) {
      return Optional.empty();
    }
    String snapshot = text("SELECT pg_current_snapshot()::text");
    String lineage = text("SELECT id::text FROM catalog_identity");
    SavedCatalog saved = holdfast.catalogs().save(lineage, facts(), this::write);
    return Optional.of(new Done(saved, snapshot));
  }

  /// For people who choose one, and for a look at the audit log's end from outside.
  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        Facts.TABLES,
        text(
            "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL"
                + " ORDER BY installed_rank DESC LIMIT 1"));
    for (String table : Facts.COUNTED) {
      facts.put(table, text("SELECT count(*)::text FROM " + table));
    }
    facts.put(Facts.AUDIT, text("SELECT coalesce(max(number), 0)::text FROM audit"));
    jdbc.sql("SELECT encode(digest, 'hex') FROM audit ORDER BY number DESC LIMIT 1")
        .query(String.class)
        .optional()
        .ifPresent(digest -> facts.put(Facts.AUDIT_DIGEST, digest));
    return facts;
  }

  private String text(String query) {
    return jdbc.sql(query).query(String.class).single();
  }

  private void write(CatalogBackup.Parts parts) throws IOException {
    for (SavedTables.Saved table : SavedTables.SAVED) {
      try (OutputStream out = new BufferedOutputStream(parts.begin(table.table()))) {
        jdbc.sql(table.query())
            .withFetchSize(ROWS_AT_ONCE)
            .query(
                row -> {
                  append(out, row.getString(1));
                });
      } catch (UncheckedIOException e) {
        throw new IOException(e.getCause());
      }
    }
  }

  private static void append(OutputStream out, String line) {
    try {
      out.write(line.getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void finish(Holdfast holdfast, Done done) {
    int _ =
        jdbc.sql(
                "DELETE FROM definition_changes"
                    + " WHERE pg_visible_in_snapshot(xid, :snapshot::pg_snapshot)")
            .param("snapshot", done.snapshot())
            .update();
    int _ =
        jdbc.sql("UPDATE catalog_identity SET saved_at = catalog_now(), saved_as = :name")
            .param("name", done.saved().name())
            .update();
    LOG.info("the catalog is saved as {}", done.saved().name());
    int old = holdfast.catalogs().thin(done.saved().lineage()).size();
    if (old > 0) {
      LOG.info("{} older ones are forgotten", old);
    }
  }
}
