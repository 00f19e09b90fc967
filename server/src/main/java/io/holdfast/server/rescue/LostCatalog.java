package io.holdfast.server.rescue;

import io.holdfast.base.BackupException;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.catalog.SavedCatalog;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Notices that a new catalog stands where another one was: a server that was set up before and
/// asks to be set up again is a surprise on a bad day, and a second set-up would make it worse.
public final class LostCatalog {
  private static final Logger LOG = LoggerFactory.getLogger(LostCatalog.class);

  private final JdbcClient jdbc;
  private final Optional<Holdfast> place;

  /// @param place where catalogs are saved
  public LostCatalog(JdbcClient jdbc, Optional<Holdfast> place) {
    this.jdbc = jdbc;
    this.place = place;
  }

  /// What to tell whoever starts a server that nobody has set up; nothing if all is as it looks.
  public List<String> hint() {
    try {
      return place.flatMap(this::newestOfOthers).map(LostCatalog::hint).orElse(List.of());
    } catch (BackupException e) {
      LOG.warn("saved catalogs cannot be looked for: {}", e.text());
      return List.of();
    }
  }

  private Optional<SavedCatalog> newestOfOthers(Holdfast holdfast) {
    String own = jdbc.sql("SELECT id::text FROM catalog_identity").query(String.class).single();
    return holdfast.catalogs().list().stream()
        .filter(saved -> !saved.lineage().equals(own))
        .filter(Facts::isUsed)
        .reduce((_, newer) -> newer);
  }

  private static List<String> hint(SavedCatalog saved) {
    return List.of(
        "BUT the repository holds a saved catalog of " + saved.savedAt() + ":",
        "  " + Facts.counts(saved),
        "if this server had it and lost it, do not set it up: stop it, and run",
        "  holdfast catalog rebuild");
  }
}
